import type { IncomingMessage } from "node:http";
import type { Server } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { answer } from "../node/answer.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import type { Responder } from "../responder/responder.js";
import type { Connections } from "./connections.js";
import { makeDrainable } from "./drain.js";
import { measureEventLoopDelay } from "./event-loop-delay.js";
import { refuse, refuseSocket } from "./refusals.js";
import { serviceUnavailable } from "./unavailable.js";

/**
 * Lists the limits of load shedding: above them a server refuses requests with 503.
 * @example
 * const limits: LoadLimits = { maxInFlight: 1000, maxEventLoopDelay: 200 };
 * guardServer(createServer(app), { service: "SHOP", ...limits }).listen(8080);
 */
export interface LoadLimits {
  /** Requests in flight, 1 or more: a request counts until its response has left. While there are as many, others get a 503. Default: no limit. */
  readonly maxInFlight?: number | undefined;
  /** Delay of the event loop in milliseconds, 1 or more. While it is longer, requests get a 503. Default: it is not measured. */
  readonly maxEventLoopDelay?: number | undefined;
}

/** Decides whether the application gets a request. A request that it does not get is answered. */
interface LoadShedding {
  /** Admits a request that has a response, and counts it. */
  readonly admits: (request: NodeRequest, response: NodeResponse) => boolean;
  /** Admits an upgrade or a tunnel, which has a socket only. These are not counted, since they last. */
  readonly admitsSocket: (request: IncomingMessage) => boolean;
}

/** Sets the milliseconds between two lines about an overload on stderr. */
const reportInterval = 60_000;

/** Limits the octets of request content that Node may read and discard, so that the connection can be kept. */
const discardLimit = 65_536;

/**
 * Refuses requests above the limits, and all requests while the server drains, before they reach the application.
 * @example const { admits } = createLoadShedding(respond, { maxInFlight: 1000 }, server, trackConnections(server));
 */
export function createLoadShedding(
  respond: Responder,
  limits: LoadLimits,
  server: Server,
  connections: Connections,
): LoadShedding {
  const { maxInFlight = Infinity, maxEventLoopDelay = Infinity } = limits;
  const { openResponses, trackResponse } = connections;
  const isDraining = makeDrainable(server, respond, connections);
  const delay = maxEventLoopDelay === Infinity ? () => 0 : measureEventLoopDelay(server, maxEventLoopDelay);
  let reportedAt = -Infinity;

  function isOverloaded() {
    return openResponses.size >= maxInFlight || delay() > maxEventLoopDelay || isDraining();
  }

  function admits(request: NodeRequest, response: NodeResponse) {
    if (!isOverloaded()) {
      trackResponse(response);
      return true;
    }
    if (isDraining() || hasLongContent(request) || isPipelined(response)) refuse(respond, refusalReason(), request, response);
    else answer(respond, refusalReason(), request, response);
    return false;
  }

  function admitsSocket(request: IncomingMessage) {
    if (!isOverloaded()) return true;
    refuseSocket(respond, refusalReason(), request);
    return false;
  }

  function refusalReason(): object {
    if (isDraining()) return serviceUnavailable("The server is being drained", true);
    const now = performance.now();
    const isReported = now - reportedAt <= reportInterval;
    if (!isReported) reportedAt = now;
    const overload =
      openResponses.size >= maxInFlight
        ? `${openResponses.size} requests are in flight`
        : `The event loop is ${Math.round(delay())} ms late`;
    return serviceUnavailable(`${overload}: requests are refused, which is not reported again for a minute`, isReported);
  }

  return { admits, admitsSocket };
}

/** Whether a response waits behind an earlier one. Node stops reading when too much waits, and would not notice that the client leaves. */
function isPipelined(response: NodeResponse): boolean {
  return !isHttp2(response) && response.socket === null;
}

/** Whether a request has more content than to be discarded. Node reads all of it, however long, before it reads the next request. */
function hasLongContent({ headers }: NodeRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > discardLimit;
}

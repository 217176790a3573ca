import type { IncomingMessage } from "node:http";
import type { Server } from "node:net";
import { performance } from "node:perf_hooks";
import { isHttp2 } from "../http/is-http2.js";
import { answer } from "../node/answer.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import type { Responder } from "../responder/responder.js";
import { followTraffic } from "./connections.js";
import { makeDrainable } from "./drain.js";
import { watchEventLoop } from "./event-loop-delay.js";
import { refuse, refuseSocket } from "./refusals.js";
import { unavailable } from "./unavailable.js";

/** What is too much for a server. */
export interface LoadLimits {
  /** Requests whose responses have not left yet: while there are so many, others get a 503. 1 or more. Default: no limit. */
  readonly maxInFlight?: number | undefined;
  /** Milliseconds that the event loop may be late, 1 or more: while it is later, requests get a 503. Default: it is not measured. */
  readonly maxEventLoopDelay?: number | undefined;
}

/** Whether the application may have what has come. What it may not have is answered. */
export interface LoadLimit {
  /** For a request that has a response. */
  readonly admits: (request: NodeRequest, response: NodeResponse) => boolean;
  /** For one that has a socket only, an upgrade or a tunnel. These are not counted: they last. */
  readonly admitsSocket: (request: IncomingMessage) => boolean;
}

/** Milliseconds for which an overload that went to stderr is old news. */
const quiet = 60_000;

/** Octets of content that are read away, so that the connection can be kept. */
const mostContent = 65_536;

/**
 * Refuses what would be too much, and whatever comes while the server drains, before the application is reached.
 * @example const { admits } = createLoadLimit(respond, { maxInFlight: 1000 }, server);
 */
export function createLoadLimit(respond: Responder, limits: LoadLimits, server: Server): LoadLimit {
  const { maxInFlight = Infinity, maxEventLoopDelay = Infinity } = limits;
  const traffic = followTraffic(server);
  const { open, follow } = traffic;
  const isDraining = makeDrainable(server, respond, traffic);
  const delay = maxEventLoopDelay === Infinity ? () => 0 : watchEventLoop(server, maxEventLoopDelay);
  let told = -Infinity;

  function isFull() {
    return open.size >= maxInFlight || delay() > maxEventLoopDelay || isDraining();
  }

  function admits(request: NodeRequest, response: NodeResponse) {
    if (!isFull()) {
      follow(request, response);
      return true;
    }
    if (isDraining() || hasMuchToCome(request) || isQueued(response)) refuse(respond, reason(), request, response);
    else answer(respond, reason(), request, response);
    return false;
  }

  function admitsSocket(request: IncomingMessage) {
    if (!isFull()) return true;
    refuseSocket(respond, reason(), request);
    return false;
  }

  function reason(): object {
    if (isDraining()) return unavailable("The server is being drained", true);
    const now = performance.now();
    const isNews = now - told > quiet;
    if (isNews) told = now;
    const what =
      open.size >= maxInFlight ? `${open.size} requests are in flight` : `The event loop is ${Math.round(delay())} ms late`;
    return unavailable(`${what}: requests are refused, which is not told again for a minute`, !isNews);
  }

  return { admits, admitsSocket };
}

/** Behind an earlier response. Node stops to read once too much waits there, and would not notice that the client leaves. */
function isQueued(response: NodeResponse): boolean {
  return !isHttp2(response) && response.socket === null;
}

/** Node reads away the content of a request that was answered early, however long it is, before it takes the next one. */
function hasMuchToCome({ headers }: NodeRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > mostContent;
}

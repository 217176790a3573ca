import { subscribe } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";
import { IncomingMessage, type ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isHttp2 } from "../http/is-http2.js";
import { hasTarget } from "../http/request-target.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { dropRefused } from "../node/prepare-request.js";
import { guarded } from "../node/late-response.js";
import { unmatched } from "../problem/unmatched.js";
import { createResponder } from "../responder/responder.js";
import { noop } from "../util/noop.js";
import { read } from "../util/safe-read.js";
import { answerClientError } from "./client-error.js";
import { splitOptions, type GuardOptions } from "./guard-options.js";
import { isLingering } from "./lingering-close.js";
import { trackConnections } from "./connections.js";
import { createLoadShedding } from "./load-shedding.js";
import { offerUpgrade } from "./offer-upgrade.js";
import { framingFault, namesHost, refusals, refuse, refuseSocket } from "./refusals.js";
import { createTimeLimits } from "./time-limits.js";

/**
 * Answers the requests that never reach an application by the contract: those that cannot be read, that Node answers by itself, or that
 * exceed a limit. The server's own listeners do not get them, except those of "clientError", once the connection is closed.
 * @param server of node:http, node:https or node:http2; listeners and settings may be added later
 * @returns the server
 * @throws TypeError for a value that is no such server, for a server that is guarded already, and for a wrong option, with the option's
 *   name and what it accepts
 * @example guardServer(createServer(app), { maxInFlight: 1000 }).listen(8080);
 */
export function guardServer<S extends Server>(server: S, options: GuardOptions = {}): S {
  if (!isHttpServer(server)) throw new TypeError("guardServer: takes a server of node:http, node:https or node:http2");
  if (guarded in server) throw new TypeError("guardServer: the server is guarded already");
  const { limits, responderOptions } = splitOptions(options);
  const respond = createResponder(responderOptions, { caller: "guardServer" });
  const connections = trackConnections(server);
  const { admits, admitsSocket } = createLoadShedding(respond, limits, server, connections);
  const { onTimeout, watchStream } = createTimeLimits(respond, server, connections);
  const requiresHost = replaceHostCheck(server as { requireHostHeader?: boolean });
  const emit = server.emit.bind(server) as EventEmitter["emit"];
  const handedOver = new WeakSet<object>();
  const hasNoListener = (event: string) => server.listenerCount(event) === 1; // the one is ours

  /** Maps an event to the handler that gets it before its listeners do. Each handler returns true if the listeners must not get the event. */
  const handlers = new Map<unknown, (...args: never[]) => boolean>([
    ["request", onRequest],
    ["checkContinue", onCheckContinue],
    ["checkExpectation", onCheckExpectation],
    ["connect", onConnect],
    ["upgrade", onUpgrade],
    ["dropRequest", onDropRequest],
    ["clientError", onClientError],
    ["unknownProtocol", onUnknownProtocol],
    ["timeout", onTimeout],
  ]);

  function guardedEmit(event: string, ...args: unknown[]): boolean {
    return handlers.get(event)?.(...(args as never[])) || emit(event, ...args);
  }

  function onRequest(request: NodeRequest, response: NodeResponse): boolean {
    if (handedOver.has(response)) return false;
    if (isHttp2(request)) return refuseUnlessAdmitted(request, response);
    if ((response as { maxRequestsOnConnectionReached?: boolean }).maxRequestsOnConnectionReached) rememberResponses();
    return refuseUnlessAdmitted(request, response);
  }

  function refuseUnlessAdmitted(request: NodeRequest, response: NodeResponse): boolean {
    const reason = faultOf(request);
    if (!reason) {
      if (isHttp2(response)) watchStream(response);
      return !admits(request, response);
    }
    refuse(respond, reason, request, response);
    return true;
  }

  function faultOf(request: NodeRequest): object | undefined {
    if (!hasTarget(request)) return refusals.target;
    if (isHttp2(request)) return undefined; // HTTP/2 has framing and authority of its own
    return framingFault(request) ?? (requiresHost && !namesHost(request) ? refusals.host : undefined);
  }

  /** Sends the 100 (Continue) only when all earlier responses are sent: Node would write it into the middle of one. */
  function onCheckContinue(request: NodeRequest, response: NodeResponse): boolean {
    if (onRequest(request, response)) return true;
    if (!hasNoListener("checkContinue")) return handOver(response);
    const continueRequest = () => {
      response.writeContinue();
      emit("request", request, response);
    };
    if (isHttp2(response) || response.socket) continueRequest();
    else response.once("socket", continueRequest);
    return true;
  }

  function onCheckExpectation(request: NodeRequest, response: NodeResponse): boolean {
    if (onRequest(request, response)) return true;
    if (!hasNoListener("checkExpectation")) return handOver(response);
    refuse(respond, refusals.expectation, request, response);
    return true;
  }

  /** Leaves a checked request to its listener, which may emit "request" with it later: it is not checked again then. */
  function handOver(response: NodeResponse): boolean {
    handedOver.add(response);
    return false;
  }

  function onConnect(request: NodeRequest, response: NodeResponse): boolean {
    const reason = unmatched(request.method);
    if (isHttp2(request)) {
      if (!admits(request, response)) return true;
      if (hasNoListener("connect")) refuse(respond, reason, request, response);
    } else {
      request.socket.on("error", noop); // Node has removed its own listener, and a client that leaves must not end the process
      if (!admitsSocket(request)) return true;
      if (hasNoListener("connect")) refuseSocket(respond, reason, request);
    }
    return false;
  }

  /**
   * Answers an upgrade or a tunnel, or offers it to its listeners.
   * @param stream the connection, or since Node 26 a stream over it while the request's content still arrives
   */
  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    stream.on("error", noop);
    if (!admitsSocket(request)) return true;
    const refuseFor = (reason: object) => refuseSocket(respond, reason, request);
    const fault = faultOf(request);
    const offer = () => emit("upgrade", request, stream, head);
    dropRefused(request.headers);
    if (fault) refuseFor(fault);
    else offerUpgrade(request.socket, stream, offer, () => refuseFor(unmatched(request.method)));
    return true;
  }

  function onDropRequest(request: IncomingMessage): boolean {
    const response = responses.get(request);
    if (!response) return false;
    refuse(respond, refusals.spent, request, response);
    const ignoreCall = () => response; // Node writes its own answer next
    response.writeHead = response.end = ignoreCall;
    return false;
  }

  function onClientError(error: Error, socket: Socket): boolean {
    const isFirst = !isLingering(socket); // the next chunk may cause the same error again
    answerClientError(respond, error, socket);
    if (!isFirst) return true;
    const emitLater = () => void emit("clientError", error, socket);
    if (socket.destroyed) emitLater();
    else socket.once("close", emitLater);
    return true;
  }

  function onUnknownProtocol(socket: Socket): boolean {
    if (server.listenerCount("unknownProtocol") > 0) return false;
    refuseSocket(respond, refusals.version, new IncomingMessage(socket));
    return true;
  }

  // Node emits these events only if somebody listens, and answers by itself otherwise.
  for (const event of ["checkContinue", "checkExpectation", "connect"]) server.on(event, noop);
  return Object.assign(server, { [guarded]: true, emit: guardedEmit });
}

/** Maps a request to its response. A request that Node drops is emitted without its response. */
const responses = new WeakMap<object, ServerResponse>();
let isRemembering = false;

/** Remembers all responses from now on. Called once a connection has reached `maxRequestsPerSocket`, so that other servers pay nothing. */
function rememberResponses(): void {
  if (isRemembering) return;
  isRemembering = true;
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { readonly request: object; readonly response: ServerResponse };
    responses.set(request, response);
  });
}

/** Whether a value has what servers of node:http, node:https and node:http2 share, and servers of node:net and node:tls do not have. */
function isHttpServer(server: unknown): boolean {
  return ["emit", "getConnections", "setTimeout"].every((name) => typeof read(server, name) === "function");
}

/**
 * Turns Node's own check of Host off: Node answers a missing Host without content, and accepts a second one.
 * @returns whether the check was on
 */
function replaceHostCheck(server: { requireHostHeader?: boolean }): boolean {
  const wasRequired = server.requireHostHeader !== false;
  server.requireHostHeader = false;
  return wasRequired;
}

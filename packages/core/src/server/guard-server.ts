import type { EventEmitter } from "node:events";
import { IncomingMessage } from "node:http";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isHttp2 } from "../http/is-http2.js";
import { hasTarget } from "../http/request-target.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { dropRefused } from "../node/outgoing-head.js";
import { unmatched } from "../problem/unmatched.js";
import { createResponder } from "../responder/responder.js";
import { read } from "../util/safe-read.js";
import { answerClientError } from "./client-error.js";
import { responseOf, watchResponses } from "./dropped-requests.js";
import { splitOptions, type GuardOptions } from "./guard-options.js";
import { isClosing } from "./lingering-close.js";
import { createLoadLimit } from "./load-shedding.js";
import { offerUpgrade } from "./offer-upgrade.js";
import { isFramed, namesHost, refusals, refuse, refuseSocket } from "./refusals.js";

/** On a server that is guarded. Registered, since a CommonJS and an ES module copy may meet. */
const guarded = Symbol.for("fg-errors.guarded");

/**
 * Answers by the contract what never reaches an application: requests that cannot be read, that Node answers by itself, or that are
 * too much. The server's own listeners do not hear of them, but those of "clientError", once the connection is closed.
 * @param server of node:http, node:https or node:http2; its listeners and settings may as well come later
 * @returns the server
 * @throws TypeError for what is no server or is guarded already, and for a wrong option, with its name and what it takes
 * @example guardServer(createServer(app), { maxInFlight: 1000 }).listen(8080);
 */
export function guardServer<S extends Server>(server: S, options: GuardOptions = {}): S {
  if (!isHttpServer(server)) throw new TypeError("guardServer: takes a server of node:http, node:https or node:http2");
  if (guarded in server) throw new TypeError("guardServer: the server is guarded already");
  const { limits, own } = splitOptions(options);
  const respond = createResponder(own, { caller: "guardServer" });
  const { admits, admitsSocket } = createLoadLimit(respond, limits, server);
  const asksForHost = takeHostCheck(server as { requireHostHeader?: boolean });
  const emit = server.emit.bind(server) as EventEmitter["emit"];
  const handedOver = new WeakSet<object>();
  const isUnheard = (event: string) => server.listenerCount(event) === 1;

  /** Each returns whether nobody else is to hear of the event. */
  const acts = new Map<unknown, (...args: never[]) => boolean>([
    ["request", enter],
    ["checkContinue", proceed],
    ["checkExpectation", expect],
    ["connect", connect],
    ["upgrade", upgrade],
    ["dropRequest", drop],
    ["clientError", clientError],
    ["unknownProtocol", unknownProtocol],
  ]);

  function guardedEmit(event: string, ...args: unknown[]): boolean {
    return acts.get(event)?.(...(args as never[])) || emit(event, ...args);
  }

  function enter(request: NodeRequest, response: NodeResponse): boolean {
    if (handedOver.has(response)) return false;
    if (isHttp2(request)) return keep(request, response);
    if ((response as { maxRequestsOnConnectionReached?: boolean }).maxRequestsOnConnectionReached) watchResponses();
    return keep(request, response);
  }

  function keep(request: NodeRequest, response: NodeResponse): boolean {
    const why = faultOf(request);
    if (!why) return !admits(request, response);
    refuse(respond, why, request, response);
    return true;
  }

  function faultOf(request: NodeRequest): object | undefined {
    if (!hasTarget(request)) return refusals.target;
    if (isHttp2(request)) return undefined; // the rest is of HTTP/1
    if (!isFramed(request)) return refusals.framing;
    return asksForHost && !namesHost(request) ? refusals.host : undefined;
  }

  /** When its turn has come: Node would write the 100 amid another response. */
  function proceed(request: NodeRequest, response: NodeResponse): boolean {
    if (enter(request, response)) return true;
    if (!isUnheard("checkContinue")) return handOver(response);
    const goOn = () => {
      response.writeContinue();
      emit("request", request, response);
    };
    if (isHttp2(response) || response.socket) goOn();
    else response.once("socket", goOn);
    return true;
  }

  function expect(request: NodeRequest, response: NodeResponse): boolean {
    if (enter(request, response)) return true;
    if (!isUnheard("checkExpectation")) return handOver(response);
    refuse(respond, refusals.expectation, request, response);
    return true;
  }

  /** Its listener may emit "request" with it later. */
  function handOver(response: NodeResponse): boolean {
    handedOver.add(response);
    return false;
  }

  function connect(request: NodeRequest, response: NodeResponse): boolean {
    const why = unmatched(request.method);
    if (isHttp2(request)) {
      if (!admits(request, response)) return true;
      if (isUnheard("connect")) refuse(respond, why, request, response);
    } else {
      request.socket.on("error", ignore);
      if (!admitsSocket(request)) return true;
      if (isUnheard("connect")) refuseSocket(respond, why, request);
    }
    return false;
  }

  /** @param stream the connection, or since Node 26 a stream over it while the request's content still arrives */
  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    stream.on("error", ignore);
    if (!admitsSocket(request)) return true;
    const refuseFor = (why: object) => refuseSocket(respond, why, request);
    const why = faultOf(request);
    const offer = () => emit("upgrade", request, stream, head);
    dropRefused(request.headers);
    if (why) refuseFor(why);
    else offerUpgrade(request.socket, stream, offer, () => refuseFor(unmatched(request.method)));
    return true;
  }

  function drop(request: IncomingMessage): boolean {
    const response = responseOf(request);
    if (!response) return false;
    refuse(respond, refusals.spent, request, response);
    response.writeHead = response.end = () => response; // Node goes on to write its own
    return false;
  }

  function clientError(error: Error, socket: Socket): boolean {
    const isNews = !isClosing(socket); // or another packet of the same
    answerClientError(respond, error, socket);
    if (!isNews) return true;
    const tell = () => void emit("clientError", error, socket);
    if (socket.destroyed) tell();
    else socket.once("close", tell);
    return true;
  }

  function unknownProtocol(socket: Socket): boolean {
    if (server.listenerCount("unknownProtocol") > 0) return false;
    refuseSocket(respond, refusals.version, new IncomingMessage(socket));
    return true;
  }

  // Node answers by itself where nobody listens.
  for (const event of ["checkContinue", "checkExpectation", "connect"]) server.on(event, () => {});
  return Object.assign(server, { [guarded]: true, emit: guardedEmit });
}

/** Node has taken its own listener off, and a client that leaves must not end the process. */
function ignore(): void {}

/** What node:http, node:https and node:http2 have in common, and servers of node:net and node:tls have not. */
function isHttpServer(server: unknown): boolean {
  return ["emit", "getConnections", "setTimeout"].every((name) => typeof read(server, name) === "function");
}

/** Node answers a missing Host by itself, and looks at no second one. */
function takeHostCheck(server: { requireHostHeader?: boolean }): boolean {
  const isAsked = server.requireHostHeader !== false;
  server.requireHostHeader = false;
  return isAsked;
}

import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Http2Session, ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { closeSocket } from "../node/answer-socket.js";
import { cut as cutResponse } from "../node/cut.js";
import type { Responder } from "../responder/responder.js";
import { giveUp } from "./abandon-response.js";
import type { Traffic } from "./connections.js";
import { closeGently } from "./lingering-close.js";
import { watchSessions } from "./sessions.js";
import { createSilenceCheck, resetUploads } from "./silence.js";
import { unavailable } from "./unavailable.js";

/** How long to wait. */
export interface DrainOptions {
  /** Milliseconds that requests in flight have to finish, an integer from 0 to 2147483647. Default 10000. */
  readonly timeout?: number | undefined;
}

/** On a server that can be drained: drains it. Registered, since guardServer() may be of another copy of this package. */
const drainer: unique symbol = Symbol.for("fg-errors.drain");

interface Drainable {
  [drainer]?: (timeout: number) => Promise<void>;
}

/**
 * Closes a guarded server without failing whom it is serving. Requests in flight finish, and their connections are closed with them, as
 * are idle ones; a new request on an open connection gets a 503, and HTTP/2 sessions a GOAWAY. New connections are refused: that sends
 * any load balancer elsewhere. When the time is up, requests whose turn has come get a 503, and what is left is cut.
 * @returns resolves when all connections are closed; the same promise when called again
 * @throws TypeError for a server that guardServer() was not given, and for a wrong option
 * @example process.once("SIGTERM", () => drain(server));
 */
export function drain(server: Server, options: DrainOptions = {}): Promise<void> {
  if (typeof options !== "object" || options === null) throw new TypeError("drain: options must be an object");
  const { timeout = 10_000, ...others } = options;
  const act = (server as Drainable | undefined)?.[drainer];
  if (!act) throw new TypeError("drain: takes a server that guardServer() was given");
  for (const name in others) throw new TypeError(`drain: there is no option "${name}"; the options are timeout`);
  if (!Number.isInteger(timeout) || timeout < 0 || timeout > 2_147_483_647)
    throw new TypeError('drain: option "timeout" takes milliseconds, an integer from 0 to 2147483647');
  return act(timeout);
}

/** Milliseconds for which a client that owes octets may send none. */
const silence = 1000;

/** Milliseconds for the last answers to leave. */
const parting = 100;

/**
 * Has drain() work on a server.
 * @returns whether it was called
 */
export function makeDrainable(server: Server, respond: Responder, traffic: Traffic): () => boolean {
  const { open, sockets, sessions } = traffic;
  let drained: Promise<void> | undefined;
  let timers: NodeJS.Timeout[] = [];

  async function start(timeout: number) {
    for (const session of sessions) session.close(); // GOAWAY tells which requests may be repeated elsewhere (RFC 9113 section 6.8)
    const last = new Map<Socket, ServerResponse>();
    for (const response of open) if (!isHttp2(response)) last.set(response.req.socket, response);
    for (const [socket, response] of last) closeAfter(socket, response);
    timers = [setInterval(createSilenceCheck(server, traffic), silence), setTimeout(cut, timeout)];
    await close();
    await Promise.all([...sockets].map(closed)); // those that were handed over to the server it does not count itself
    forgetTimers();
  }

  function forgetTimers() {
    for (const timer of timers.splice(0)) clearTimeout(timer);
  }

  /** server.close() takes a response that was ended for one that has left, and would cut it: the client may be slow to read. */
  function close(): Promise<void> {
    const ended = [...open].filter((response) => !isHttp2(response) && response.finished) as { finished: boolean }[];
    for (const response of ended) response.finished = false;
    const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const response of ended) response.finished = true;
    return isClosed;
  }

  function cut() {
    const what = `The server was drained: ${open.size} responses were not complete in time`;
    [...open].forEach((response, at) => giveUp(respond, unavailable(what, at > 0, false), response));
    timers.push(setTimeout(destroyAll, parting));
  }

  function destroyAll() {
    // What was ended, and is not all sent, may look whole as well.
    for (const response of open) if (!isHttp2(response) && response.headersSent) cutResponse(response);
    for (const socket of sockets) socket.destroy();
    (server as Partial<HttpServer>).closeAllConnections?.(); // those that were open before the server was guarded
  }

  function closeIfDrained(session: Http2Session) {
    if (drained) session.close();
  }

  function onSilence(session: ServerHttp2Session) {
    if (drained) resetUploads(respond, traffic, session);
  }

  watchSessions(server, onSilence);
  (server as Drainable)[drainer] = (timeout) => (drained ??= start(timeout));
  server.on("session", closeIfDrained).on("listening", () => {
    drained = undefined;
    forgetTimers();
  });
  return () => drained !== undefined;
}

/** What has its head yet to come says so, and Node closes; the others have promised to keep the connection. */
function closeAfter(socket: Socket, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.prependOnceListener("finish", () => {
    closeGently(socket);
    process.nextTick(closeSocket, socket);
  });
}

function closed(socket: Socket): Promise<unknown> | undefined {
  return socket.closed ? undefined : new Promise((resolve) => socket.once("close", resolve));
}

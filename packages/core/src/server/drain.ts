import type { Server as HttpServer, ServerResponse } from "node:http";
import type { Http2Session, ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { closeSocket } from "../node/answer-socket.js";
import { cut } from "../node/cut.js";
import type { Responder } from "../responder/responder.js";
import { abandonResponse } from "./abandon-response.js";
import type { Connections } from "./connections.js";
import { startLingeringClose } from "./lingering-close.js";
import { watchSessions } from "./sessions.js";
import { createSilenceCheck, resetUploads } from "./silence.js";
import { serviceUnavailable } from "./unavailable.js";

/**
 * Lists the options of drain().
 * @example
 * const options: DrainOptions = { timeout: 5000 };
 * process.once("SIGTERM", () => drain(server, options));
 */
export interface DrainOptions {
  /** Milliseconds for requests in flight to finish, an integer from 0 to 2147483647. Default: 10000. */
  readonly timeout?: number | undefined;
}

/**
 * Names the member of a guarded server that drains it. The symbol is registered, since another copy of this package may have guarded the
 * server.
 */
const drainer: unique symbol = Symbol.for("fg-errors.drain");

interface Drainable {
  [drainer]?: (timeout: number) => Promise<void>;
}

/**
 * Drains a guarded server: a graceful shutdown. Requests in flight finish, and their connections are closed with them; idle connections are
 * closed at once. New connections are refused, which makes any load balancer use another instance. A new request on an open connection
 * gets a 503, and HTTP/2 sessions get a GOAWAY. When the time is up, a request without a response gets a 503 if it is first in line on its
 * connection, and everything else is cut.
 * @returns resolves when all connections are closed; a further call returns the same promise
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

/** Limits the milliseconds for which a client whose octets are due may send none. */
const silenceLimit = 1000;

/** Limits the milliseconds in which the last answers are sent, before connections are destroyed. */
const sendTime = 100;

/**
 * Enables drain() on a server.
 * @returns reads whether the server is being drained, or was
 */
export function makeDrainable(server: Server, respond: Responder, connections: Connections): () => boolean {
  const { openResponses, sockets, sessions } = connections;
  let drained: Promise<void> | undefined;
  let timers: NodeJS.Timeout[] = [];

  async function startDraining(timeout: number) {
    for (const session of sessions) session.close(); // the GOAWAY names the requests that may be repeated elsewhere (RFC 9113 section 6.8)
    const lastResponses = new Map<Socket, ServerResponse>();
    for (const response of openResponses) if (!isHttp2(response)) lastResponses.set(response.req.socket, response);
    for (const [socket, response] of lastResponses) closeAfter(socket, response);
    timers = [setInterval(createSilenceCheck(server, connections), silenceLimit), setTimeout(abandonAll, timeout)];
    await closeServer();
    await Promise.all([...sockets].map(socketClosed)); // the server itself does not count connections that were handed over to it
    clearTimers();
  }

  function clearTimers() {
    for (const timer of timers.splice(0)) clearTimeout(timer);
  }

  /**
   * Closes the server without cutting responses that are ended but not all sent. server.close() regards a finished response as sent, and
   * would cut it: its client may be slow to read.
   */
  function closeServer(): Promise<void> {
    const ended = [...openResponses].filter((response) => !isHttp2(response) && response.finished) as {
      finished: boolean;
    }[];
    for (const response of ended) response.finished = false;
    const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const response of ended) response.finished = true;
    return isClosed;
  }

  function abandonAll() {
    const message = `The server was drained: ${openResponses.size} responses were not complete in time`;
    [...openResponses].forEach((response, at) => abandonResponse(respond, serviceUnavailable(message, at > 0, false), response));
    timers.push(setTimeout(destroyAll, sendTime));
  }

  function destroyAll() {
    // A response that is ended but not all sent could look complete: it is cut.
    for (const response of openResponses) if (!isHttp2(response) && response.headersSent) cut(response);
    for (const socket of sockets) socket.destroy();
    (server as Partial<HttpServer>).closeAllConnections?.(); // for connections that were open before the server was guarded
  }

  function closeIfDrained(session: Http2Session) {
    if (drained) session.close();
  }

  function resetIfDrained(session: ServerHttp2Session) {
    if (drained) resetUploads(respond, connections, session);
  }

  watchSessions(server, resetIfDrained);
  const drainOnce = (timeout: number) => (drained ??= startDraining(timeout));
  (server as Drainable)[drainer] = drainOnce;
  server.on("session", closeIfDrained).on("listening", () => {
    drained = undefined;
    clearTimers();
  });
  return () => drained !== undefined;
}

/**
 * Closes a connection after its last response. A response whose head is not sent yet announces that, and Node closes the connection. A
 * response whose head has announced that the connection is kept needs our own close.
 */
function closeAfter(socket: Socket, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.prependOnceListener("finish", () => {
    startLingeringClose(socket);
    process.nextTick(closeSocket, socket);
  });
}

function socketClosed(socket: Socket): Promise<unknown> | undefined {
  return socket.closed ? undefined : new Promise((resolve) => socket.once("close", resolve));
}

import type { Server as HttpServer } from "node:http";
import type { Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { answer } from "../node/answer.js";
import { isUploading } from "../node/client-turn.js";
import { silence, type NodeResponse } from "../node/exchange.js";
import { incompleteRequest, type HttpSocket } from "../node/http-socket.js";
import { isTimeoutHandled, lateResponse } from "../node/late-response.js";
import { originalUrl } from "../node/original-url.js";
import type { Responder } from "../responder/responder.js";
import { abandonResponse } from "./abandon-response.js";
import { answerClientError } from "./client-error.js";
import type { Connections } from "./connections.js";
import { isLingering } from "./lingering-close.js";

/** Answers what the time limits of a server's connections and streams end, where Node alone closes the connection without an answer. */
interface TimeLimits {
  /**
   * Handles a "timeout" of the server, which Node emits for a connection.
   * @returns whether it is handled: Node destroys the connection otherwise, unless the application listens
   */
  readonly onTimeout: (connection: Socket | ServerHttp2Session) => boolean;
  /** Watches the stream of an HTTP/2 response. Node alone does nothing when its time limit runs out. */
  readonly watchStream: (response: Http2ServerResponse) => void;
}

/** Creates the handlers of time limits. A listener of the application's keeps Node's behaviour. */
export function createTimeLimits(respond: Responder, server: Server, { openResponses }: Connections): TimeLimits {
  function onTimeout(connection: Socket | ServerHttp2Session): boolean {
    if (server.listenerCount("timeout") > 0) return false;
    return "goaway" in connection ? endSession(connection) : endConnection(connection);
  }

  function endConnection(socket: HttpSocket): boolean {
    const { _httpMessage: response } = socket;
    if (isTimeoutHandled(incompleteRequest(socket), response ?? undefined)) return false;
    if (!response) return answerHead(socket);
    if (isLingering(socket) || response.writableEnded) return false;
    abandonResponse(respond, lateResponse(response), response);
    return true;
  }

  /** Answers a connection on which the head of the first request has begun; one that waits for its next request is closed, as with Node alone. */
  function answerHead(socket: HttpSocket): boolean {
    const { bytesRead, parser } = socket;
    const { timeout, keepAliveTimeout } = server as Partial<HttpServer>;
    const isFirst = socket.timeout === timeout && timeout !== keepAliveTimeout; // Node sets the other one after each response
    const isBegun = isFirst && bytesRead > 0 && parser?.incoming === null;
    if (isBegun) answerClientError(respond, headTimeout(), socket);
    return isBegun;
  }

  function endSession(session: ServerHttp2Session): boolean {
    const late = [...openResponses].filter((response) => isHttp2(response) && response.stream.session === session);
    if (late.length === 0) return false;
    for (const response of late as Http2ServerResponse[]) endStream(response);
    session.close();
    setTimeout(() => session.destroy(), sendTime).unref();
    return true;
  }

  function endStream(response: Http2ServerResponse) {
    const { req: request, stream } = response;
    if (isTimeoutHandled(request, response) || response.writableEnded) return;
    const uploads = isUploading(response);
    answer(respond, lateResponse(response), request, response, { url: originalUrl(request) });
    silence(response);
    discardWrites(response);
    if (uploads) stream.once("finish", () => stream.close()); // without an error (RFC 9113 section 8.1)
  }

  function watchStream(response: Http2ServerResponse) {
    const { stream } = response;
    const own = stream.listenerCount("timeout") + 1; // those of Node's request and response, and ours
    stream.on("timeout", () => {
      if (stream.listenerCount("timeout") === own) endStream(response);
    });
  }

  /** Watches a session: Node alone does nothing when its time limit runs out, unless the limit is the server's own. */
  function watchSessionLimit(session: ServerHttp2Session) {
    const own = session.listenerCount("timeout") + 1; // that of Node for the server's limit, and ours
    session.on("timeout", () => {
      if (session.listenerCount("timeout") === own && server.listenerCount("timeout") === 0) endSession(session);
    });
  }

  server.on("session", watchSessionLimit);
  return { onTimeout, watchStream };
}

/** Limits the milliseconds in which the last answers of a session are sent. */
const sendTime = 2000;

/** Creates the error that Node's own time limit for a head has. */
function headTimeout(): Error {
  return Object.assign(new Error("The head of a request was not complete within the time limit"), {
    code: "ERR_HTTP_REQUEST_TIMEOUT",
  });
}

/** Lists the methods by which an application writes a response, and those that would throw once it is sent. */
const writers = [
  "setHeader",
  "appendHeader",
  "removeHeader",
  "setTrailer",
  "addTrailers",
  "flushHeaders",
  "writeHead",
  "writeContinue",
  "writeEarlyHints",
  "end",
] as const;

/** Makes a response that we have sent discard what its application still writes: Node would throw, where nobody catches. */
function discardWrites(response: NodeResponse): void {
  const ignoreWrite = () => response;
  for (const name of writers) Object.defineProperty(response, name, { value: ignoreWrite, writable: true, configurable: true });
  Object.defineProperty(response, "write", { value: () => true, writable: true, configurable: true });
}

import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { mayHaveContent } from "../contract/contract.js";
import { isHttp2 } from "../http/is-http2.js";
import { read } from "../util/safe-read.js";
import type { NodeResponse } from "./exchange.js";

/**
 * Ends the transfer of a response that has begun, so that the client cannot mistake it for a complete one.
 * @example if (response.headersSent && !response.writableEnded) cut(response);
 */
export function cut(response: NodeResponse): void {
  try {
    if (!isHttp2(response) && endsWithConnection(response)) resetConnection(response);
  } catch {} // an application may have replaced any method: the transfer ends all the same
  if (isHttp2(response)) return void response.destroy(Object.assign(new Error("The response was cut"), { [cutMark]: true })); // HTTP/2 would send NO_ERROR for a bare destroy()
  // One that waits for its turn has no connection yet: Node 20 ends it then by itself, later ones would send nothing more and go on.
  if (!response.socket) response.once("socket", (socket: Socket) => socket.destroy());
  response.destroy();
}

/** Marks the error of a cut. The symbol is registered, since a CommonJS copy and an ES module copy of this package may meet. */
const cutMark = Symbol.for("fg-errors.cut");

/** Whether an error is that of a cut, which frameworks report as a failure of its own: what it was cut for is reported already. */
export function isCutError(thrown: unknown): boolean {
  return read(thrown, cutMark) === true;
}

/**
 * Whether only the end of the connection shows where the content ends (RFC 9112 section 6.3, rule 8): then a clean end would look like the
 * content's. That is the case for a client of HTTP/1.0, such as nginx by default, and where neither a length nor chunks were sent.
 */
function endsWithConnection(response: ServerResponse): boolean {
  const { req: request } = response;
  if (request.httpVersionMinor === 0) return true;
  if (response.chunkedEncoding || response.hasHeader("content-length")) return false;
  // A length that only writeHead() was given shows in no getter.
  return typeof read(response, "_contentLength") !== "number" && mayHaveContent(request.method, response.statusCode);
}

/**
 * Resets the TCP connection, below TLS, too: TLS has an end of its own, but most clients do not notice when it is missing.
 */
function resetConnection(response: ServerResponse): void {
  const { socket } = response;
  const tcpSocket = socket && "encrypted" in socket ? read(socket, "_parent") : socket;
  if (tcpSocket instanceof Socket && tcpSocket.remoteAddress !== undefined) tcpSocket.resetAndDestroy();
}

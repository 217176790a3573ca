import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { mayHaveContent } from "../contract/contract.js";
import { isHttp2 } from "../http/is-http2.js";
import { read } from "../util/safe-read.js";
import type { NodeResponse } from "./exchange.js";

/**
 * Ends the transfer of a response that has begun, so that the client cannot take it for complete.
 * @example if (response.headersSent && !response.writableEnded) cut(response);
 */
export function cut(response: NodeResponse): void {
  if (isHttp2(response)) response.destroy(new Error("The response was cut")); // a bare destroy() would say NO_ERROR
  else if (endsWithConnection(response)) reset(response);
  else response.destroy();
}

/**
 * Whether only the end of the connection tells where the content ends (RFC 9112 section 6.3, rule 8): then a clean one would pass for the
 * content's. So it is to a client of HTTP/1.0, which nginx is by default, and where neither a length nor chunks were sent.
 */
function endsWithConnection(response: ServerResponse): boolean {
  const { req: request } = response;
  if (request.httpVersionMinor === 0) return true;
  if (response.chunkedEncoding || response.hasHeader("content-length")) return false;
  // Where writeHead() alone was given the length, no getter tells.
  return typeof read(response, "_contentLength") !== "number" && mayHaveContent(request.method, response.statusCode);
}

/** TCP alone has a reset. TLS has an end of its own, but most clients do not miss it: the TCP connection beneath is reset as well. */
function reset(response: ServerResponse): void {
  const { socket } = response;
  const beneath = socket && "encrypted" in socket ? read(socket, "_parent") : socket;
  if (beneath instanceof Socket && beneath.remoteAddress !== undefined) beneath.resetAndDestroy();
  response.destroy();
}

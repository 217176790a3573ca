import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { mayHaveContent } from "../contract/contract.js";
import { read } from "../util/safe-read.js";
import type { NodeRequest, NodeResponse } from "./exchange.js";

/**
 * Ends the transfer of a response that has begun, so that the client cannot take it for complete.
 * @example if (response.headersSent && !response.writableEnded) cut(request, response);
 */
export function cut(request: NodeRequest, response: NodeResponse): void {
  if (!("stream" in response) && response.socket && endsWithConnection(request, response)) reset(response);
  else destroyResponse(response);
}

/**
 * Destroys a response and its connection, or its stream. A response that waits for its turn has no connection yet: Node 20 ends it then by
 * itself, later ones send what there is of the response and then nothing more.
 * @example destroyResponse(response);
 */
export function destroyResponse(response: NodeResponse): void {
  if ("stream" in response) return void response.destroy(new Error("The response was cut")); // a bare destroy() would say NO_ERROR
  if (!response.socket) response.once("socket", (socket: Socket) => socket.destroy());
  response.destroy();
}

/**
 * Whether only the end of the connection tells where the content ends (RFC 9112 section 6.3, rule 8): then a clean one would pass for the
 * content's. So it is to a client of HTTP/1.0, which nginx is by default, and where neither a length nor chunks were sent.
 */
function endsWithConnection(request: NodeRequest, response: ServerResponse): boolean {
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

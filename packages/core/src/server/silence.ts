import { constants, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import type { NodeResponse } from "../node/exchange.js";
import type { Responder } from "../responder/responder.js";
import { giveUp } from "./abandon-response.js";
import type { Traffic } from "./connections.js";
import { isClosing } from "./lingering-close.js";
import { unread, type HttpSocket } from "./pipelining.js";

/**
 * Ends connections of HTTP/1 whose client has kept the server waiting since the last call, with nothing sent: amid a TLS handshake, a head
 * or content. It gets what it would get by Node's own limits of time, which a server that is closed keeps no more.
 * @returns to be called once a second
 */
export function createSilenceCheck(server: Server, { sockets }: Traffic): () => void {
  const counts = new WeakMap<Socket, number | undefined>();
  const isSecure = "setSecureContext" in server;

  function check(socket: HttpSocket) {
    const { bytesRead, parser } = socket as HttpSocket & { readonly bytesRead?: number };
    const before = counts.get(socket);
    counts.set(socket, bytesRead);
    if (bytesRead === undefined || bytesRead !== before) return; // some stream that does not count, or a client that is not silent
    if (bytesRead === 0 || isShakingHands(socket)) socket.destroy();
    else if (parser && !isClosing(socket) && owes(socket)) server.emit("clientError", tooSilent(), socket);
  }

  function isShakingHands(socket: Socket) {
    return isSecure && !("encrypted" in socket);
  }

  for (const socket of sockets) counts.set(socket, socket.bytesRead);
  return () => sockets.forEach(check);
}

/** Whether it is the client's turn: no response is under way, or its request's content has yet to come and can. */
function owes(socket: HttpSocket): boolean {
  const { _httpMessage: response } = socket;
  if (!response) return true;
  return (
    response.req === unread(socket) && !socket.isPaused() && !isExpecting(response, (response as { _sent100?: boolean })._sent100)
  );
}

/** Whether a client waits for a 100 (Continue) before it sends content (RFC 9110 section 10.1.1). */
function isExpecting({ req: request }: NodeResponse, isContinued: boolean | undefined): boolean {
  return request.headers.expect !== undefined && !isContinued;
}

/** The same for HTTP/2: of a session whose client is silent, the streams are reset whose content has yet to come. */
export function resetUploads(respond: Responder, { open }: Traffic, session: ServerHttp2Session): void {
  for (const response of open) if (isHttp2(response) && isUploading(response, session)) giveUp(respond, tooSilent(), response);
}

function isUploading(response: Http2ServerResponse, session: ServerHttp2Session): boolean {
  const { stream, req: request } = response;
  if (stream.session !== session || stream.state.state !== constants.NGHTTP2_STREAM_STATE_OPEN) return false;
  return (
    stream.readableLength + request.readableLength === 0 && !isExpecting(response, (stream.sentInfoHeaders?.length ?? 0) > 0)
  );
}

/** Recognised as the error of Node's own limits is. */
function tooSilent(): Error {
  return Object.assign(new Error("The client was silent while the server was drained"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
}

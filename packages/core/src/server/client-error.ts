import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerSocket } from "../node/answer-socket.js";
import { answer } from "../node/answer.js";
import { silence } from "../node/exchange.js";
import type { Responder } from "../responder/responder.js";
import { read } from "../util/safe-read.js";
import { isLingering, startLingeringClose } from "./lingering-close.js";
import { incompleteRequest, type HttpSocket } from "../node/http-socket.js";
import { afterPipelined } from "./pipelining.js";
import { recoverRequest } from "./recover-request.js";
import { inboundFacts } from "./refusals.js";
import { replaceResponse } from "./replace-response.js";

/**
 * Answers a request that cannot be read: it is no HTTP, its head is too large, or it breaks off or is late. Then the connection is closed.
 * A connection that is broken, or that carries its last answer already, is left alone. If the client has left, the connection is destroyed.
 */
export function answerClientError(respond: Responder, error: unknown, socket: HttpSocket): void {
  if ((socket as { secureConnecting?: boolean }).secureConnecting) return rejectHandshake(respond, error, socket);
  if (hasAbandonedRequest(socket)) return void socket.destroy();
  if (isLingering(socket) || !socket.writable) return;
  startLingeringClose(socket);
  afterPipelined(socket, (response) => {
    const request = incompleteRequest(socket);
    if (response) answerPending(respond, error, response);
    else if (request) socket.destroySoon(); // it was answered before all of its content had come
    else answerSocket(respond, error, recoverRequest(error, socket), socket, { ...inboundFacts, request: undefined }); // it is only ours
  });
}

/** Whether a client has ended its side in the middle of a request. Node then assumes that it does not wait for earlier responses either. */
function hasAbandonedRequest(socket: HttpSocket): boolean {
  const earlier = socket._httpMessage;
  return socket.readableEnded && !!earlier && earlier.req !== incompleteRequest(socket);
}

/** Answers a request whose content breaks, where the application has its response already. */
function answerPending(respond: Responder, error: unknown, response: ServerResponse): void {
  if (response.headersSent) answer(respond, error, response.req, response, inboundFacts); // cuts it
  else replaceResponse(respond, error, response, inboundFacts);
  silence(response);
}

/**
 * Ends a TLS handshake that fails. No answer can be sent, except to a client that sends plain HTTP to a port of HTTPS: it gets one on the
 * TCP socket below TLS, as from nginx.
 */
function rejectHandshake(respond: Responder, error: unknown, socket: Socket): void {
  const tcpSocket = read(socket, "_parent");
  if (read(error, "code") === "ERR_SSL_HTTP_REQUEST" && tcpSocket)
    answerSocket(respond, error, undefined, tcpSocket as Socket, inboundFacts);
  socket.destroy();
}

import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerSocket } from "../node/answer-socket.js";
import { answer } from "../node/answer.js";
import { silence } from "../node/exchange.js";
import type { Responder } from "../responder/responder.js";
import { read } from "../util/safe-read.js";
import { closeGently, isClosing } from "./lingering-close.js";
import { inTurn, unread, type HttpSocket } from "./pipelining.js";
import { requestIn } from "./recover-request.js";
import { answerInstead } from "./replace-response.js";

const inbound = { origin: "inbound" } as const;

/**
 * Answers what makes a request unreadable: garbage, a head that is too large, content that breaks off or is late. Then the connection
 * is closed. A connection that broke is left alone, as is one that has got such an answer before; one whose client has left ends.
 */
export function answerClientError(respond: Responder, error: unknown, socket: HttpSocket): void {
  if ((socket as { secureConnecting?: boolean }).secureConnecting) return refuseHandshake(respond, error, socket);
  if (hasLeft(socket)) return void socket.destroy();
  if (isClosing(socket) || !socket.writable) return;
  closeGently(socket);
  inTurn(socket, (response) => {
    const request = unread(socket);
    if (response) answerReader(respond, error, response);
    else if (request) socket.destroySoon(); // it was answered before all of it had come
    else answerSocket(respond, error, requestIn(error, socket), socket, inbound);
  });
}

/** A client that ends the connection amid a request waits for no earlier answer either: so Node takes it, too. */
function hasLeft(socket: HttpSocket): boolean {
  const before = socket._httpMessage;
  return socket.readableEnded && !!before && before.req !== unread(socket);
}

/** The application has the request already. */
function answerReader(respond: Responder, error: unknown, response: ServerResponse): void {
  if (response.headersSent) answer(respond, error, response.req, response, inbound); // cuts it
  else answerInstead(respond, error, response, inbound);
  silence(response);
}

/** Nothing can be said by a handshake that fails, but to a client that speaks HTTP to a port of HTTPS: below TLS, as nginx does. */
function refuseHandshake(respond: Responder, error: unknown, socket: Socket): void {
  const below = read(socket, "_parent");
  if (read(error, "code") === "ERR_SSL_HTTP_REQUEST" && below) answerSocket(respond, error, undefined, below as Socket, inbound);
  socket.destroy();
}

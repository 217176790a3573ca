import type { ServerResponse } from "node:http";
import { answerSocket, type SocketAnswer } from "../node/answer-socket.js";
import { originalUrl } from "../node/original-url.js";
import type { Responder } from "../responder/responder.js";
import type { HttpSocket } from "./pipelining.js";

/**
 * Answers on the connection of a response that its application still has. That one keeps its state and is not sent: to write to a
 * response that was answered would throw, in callbacks where nobody catches.
 * @param response its turn has come, and its head has not been sent
 */
export function answerInstead(respond: Responder, why: unknown, response: ServerResponse, facts?: SocketAnswer): void {
  const { req: request } = response;
  const socket = response.socket as HttpSocket;
  const fields = { ...response.getHeaders(), connection: undefined }; // what it says of the connection is over
  socket._httpMessage = null;
  answerSocket(respond, why, request, socket, { url: originalUrl(request), fields, ...facts });
  socket._httpMessage = response; // which hears of the end
}

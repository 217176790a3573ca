import type { ServerResponse } from "node:http";
import { answerSocket, type SocketAnswer } from "../node/answer-socket.js";
import { originalUrl } from "../node/original-url.js";
import type { Responder } from "../responder/responder.js";
import type { HttpSocket } from "../node/http-socket.js";

/**
 * Sends an error response on the connection of a response that its application still has. The application's own response keeps its state
 * and is never sent: a response that was ended by us would throw in the application's next write, in callbacks where nobody catches.
 * @param response the first in line on its connection; its head has not been sent
 */
export function replaceResponse(respond: Responder, reason: unknown, response: ServerResponse, facts?: SocketAnswer): void {
  const { req: request } = response;
  const socket = response.socket as HttpSocket;
  const fields = { ...response.getHeaders(), connection: undefined }; // the connection closes, whatever the application has set
  socket._httpMessage = null;
  answerSocket(respond, reason, request, socket, { url: originalUrl(request), fields, ...facts });
  socket._httpMessage = response; // Node emits its "close" when the connection ends
}

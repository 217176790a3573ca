import type { ServerResponse } from "node:http";
import { incompleteRequest, type HttpSocket } from "../node/http-socket.js";

/**
 * Calls `act` once all earlier requests are answered: with pipelining, responses leave in the order of their requests (RFC 9112 section 9.3.2).
 * @param act gets the response to the request whose content is still arriving, if there is one
 */
export function afterPipelined(socket: HttpSocket, act: (response?: ServerResponse) => void): void {
  const { _httpMessage: response } = socket;
  if (!response) act();
  else if (response.req === incompleteRequest(socket) && !response.writableEnded) act(response);
  else response.once("finish", () => afterPipelined(socket, act));
}

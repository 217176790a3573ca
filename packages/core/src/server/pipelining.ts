import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Describes a socket with the internal members by which Node tracks pipelining. */
export interface HttpSocket extends Socket {
  /** The response whose turn it is. Responses that wait behind it are not here. */
  _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
  /** The parser, with the request that was read last. Null once Node has handed the connection over, for an upgrade or a tunnel. */
  readonly parser?: { readonly incoming?: IncomingMessage | null; onIncoming?: unknown } | null;
}

/**
 * Calls `act` once all earlier pipelined requests are answered: responses leave in the order of their requests (RFC 9112 section 9.3.2).
 * @param act gets the response to the request whose content is still arriving, if there is one
 */
export function afterPipelined(socket: HttpSocket, act: (response?: ServerResponse) => void): void {
  const { _httpMessage: response } = socket;
  if (!response) act();
  else if (response.req === incompleteRequest(socket) && !response.writableEnded) act(response);
  else response.once("finish", () => afterPipelined(socket, act));
}

/** Finds the request whose content is still arriving. */
export function incompleteRequest({ parser }: HttpSocket): IncomingMessage | undefined {
  const request = parser?.incoming;
  return request?.complete === false ? request : undefined;
}

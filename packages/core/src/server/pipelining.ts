import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What Node keeps on a connection: the response whose turn it is, and the parser with the request that was read last. */
export interface HttpSocket extends Socket {
  _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
  /** Null once Node has handed the connection over, for an upgrade or a tunnel. */
  readonly parser?: { readonly incoming?: IncomingMessage | null; onIncoming?: unknown } | null;
}

/**
 * Waits until what a client has asked for before is answered: answers leave in the order of the requests (RFC 9112 section 9.3.2).
 * @param act given the response to the request that is still being read, if there is one
 */
export function inTurn(socket: HttpSocket, act: (response?: ServerResponse) => void): void {
  const { _httpMessage: response } = socket;
  if (!response) act();
  else if (response.req === unread(socket) && !response.writableEnded) act(response);
  else response.once("finish", () => inTurn(socket, act));
}

/** The request whose content is still arriving. */
export function unread({ parser }: HttpSocket): IncomingMessage | undefined {
  const request = parser?.incoming;
  return request?.complete === false ? request : undefined;
}

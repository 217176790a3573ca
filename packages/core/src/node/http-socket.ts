import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Describes a socket with the internal members by which Node tracks pipelining. */
export interface HttpSocket extends Socket {
  readonly server?: EventEmitter;
  /** The response whose turn it is. Responses that wait behind it are not here. */
  _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
  /** The parser, with the request that was read last. Null once Node has handed the connection over, for an upgrade or a tunnel. */
  readonly parser?: { readonly incoming?: IncomingMessage | null; onIncoming?: unknown } | null;
}

/** Finds the request whose content is still arriving. */
export function incompleteRequest({ parser }: HttpSocket): IncomingMessage | undefined {
  const request = parser?.incoming;
  return request?.complete === false ? request : undefined;
}

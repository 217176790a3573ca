import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type Handler = (...args: never[]) => unknown;

/** What is looked at of a proxy's options. */
interface Limits {
  /** Milliseconds. */
  readonly proxyTimeout?: number | undefined;
}

/** What http-proxy-middleware takes among its options, and `attach` for the servers that it is made of. */
export interface ProxyHandlers {
  readonly on: Readonly<Record<string, Handler>> & {
    readonly start: (request: IncomingMessage) => void;
    readonly proxyReq: (outgoing: ClientRequest, request: IncomingMessage, response: ServerResponse, limits?: Limits) => void;
    readonly proxyRes: (reply: IncomingMessage, request: IncomingMessage, response: ServerResponse) => void;
    readonly proxyReqWs: (outgoing: ClientRequest, request: IncomingMessage, socket: Socket, limits?: Limits) => void;
    readonly error: (error: Error, request: IncomingMessage, target: ServerResponse | Socket) => void;
  };
  /** Registers the handlers on a server of http-proxy, http-proxy-3 or httpxy, and gives it back. */
  readonly attach: <Server extends { on: (...args: never[]) => unknown }>(server: Server) => Server;
}

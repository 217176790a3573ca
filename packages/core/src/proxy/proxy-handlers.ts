import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { guardHook } from "../util/guard-hook.js";

/**
 * Lists your own handlers for the events of http-proxy-middleware, http-proxy, http-proxy-3 and httpxy. They are declared as methods, so
 * that a handler's parameters may have the types of a framework's own request and response.
 * @example fgProxy(options, { proxyReq(outgoing) { outgoing.setHeader("x-forwarded-by", "edge-1"); } })
 */
export interface ProxyEventHandlers {
  /** A request is about to go out. */
  start?(request: IncomingMessage, response: ServerResponse, target: object | string | undefined): void;
  /** A request has got its connection; its head may still change. */
  proxyReq?(outgoing: ClientRequest, request: IncomingMessage, response: ServerResponse, options?: ProxySettings): void;
  /** The head of a reply has come; an error reply comes without its content. */
  proxyRes?(reply: IncomingMessage, request: IncomingMessage, response: ServerResponse): void;
  /** A request for an upgrade is about to go out. */
  proxyReqWs?(outgoing: ClientRequest, request: IncomingMessage, socket: Socket, options?: ProxySettings, head?: Buffer): void;
  /** The exchange failed. Not called for a mirror, nor where the reply is complete: the client has its response all the same. */
  error?(error: Error, request: IncomingMessage, target: ServerResponse | Socket, url?: object | string): void;
  /** All of a reply has come. */
  end?(request: IncomingMessage, response: ServerResponse, reply: IncomingMessage): void;
  /** A WebSocket is open. */
  open?(socket: Socket): void;
  /** A WebSocket has ended. */
  close?(reply: IncomingMessage, socket: Socket, head: Buffer): void;
  /** The client has left. */
  econnreset?(error: Error, request: IncomingMessage, response: ServerResponse, url: object | string): void;
}

/**
 * Lists the options of a proxy that fgProxy() reads.
 * @example
 * const targetOf = (settings?: ProxySettings) => String(settings?.target);
 * const handlers = fgProxy({}, { proxyReq: (_outgoing, _request, _response, settings) => logger.info(targetOf(settings)) });
 */
export interface ProxySettings {
  /** Milliseconds that an upstream has to answer; no limit by default. */
  readonly proxyTimeout?: number | undefined;
  /** Milliseconds of silence that a client's connection is granted; no limit by default. */
  readonly timeout?: number | undefined;
  /** The upstream. */
  readonly target?: unknown;
  /** A service that gets a copy of each request, a mirror. Its reply is ignored. */
  readonly forward?: unknown;
}

/**
 * Contains the handlers as an option of http-proxy-middleware, and `attach` for the libraries without that option.
 * @example
 * const { attach }: ProxyHandlers = fgProxy();
 * const proxy = attach(httpProxy.createProxyServer({ target }));
 */
export interface ProxyHandlers {
  readonly on: Readonly<
    ProxyEventHandlers &
      Required<Pick<ProxyEventHandlers, "start" | "proxyReq" | "proxyRes" | "proxyReqWs" | "error" | "econnreset">>
  >;
  /** Registers the handlers on a server of http-proxy, http-proxy-3 or httpxy, and returns it. */
  readonly attach: <Server extends { on: (...args: never[]) => unknown }>(server: Server) => Server;
}

/** Guards all of a user's handlers: what they throw goes to stderr. */
export function guardHandlers(handlers: ProxyEventHandlers): ProxyEventHandlers {
  const guarded = Object.entries(handlers).map(([name, handler]) => [name, guardHook(`the handler of ${name}`, handler)]);
  return Object.fromEntries(guarded) as ProxyEventHandlers;
}

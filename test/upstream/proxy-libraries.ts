// Every library that fgProxy() is made for, as a gateway that hands each request on to one upstream.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { fgProxy, type ProxyOptions } from "@fg-errors/core/proxy";
import { fgErrors } from "@fg-errors/koa";
import httpProxy from "http-proxy";
import httpProxy3 from "http-proxy-3";
import httpProxy3v2 from "http-proxy-3v2";
import { createProxyMiddleware } from "http-proxy-middleware";
import { createProxyMiddleware as createProxyMiddleware4 } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import Koa from "koa";
import createKoaProxies from "koa-proxies";
import { withServer } from "../wire.js";

export interface Settings {
  /** The library's own. */
  readonly settings?: object;
  /** Ours; by default nothing is said on stderr. */
  readonly options?: ProxyOptions;
  readonly handlers?: Parameters<typeof fgProxy>[1];
}

interface Proxy {
  readonly web: (request: IncomingMessage, response: ServerResponse) => unknown;
  readonly ws: (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;
}

export interface Library {
  readonly name: string;
  readonly create: (upstream: number | string, given?: Settings) => Proxy;
}

export const libraries: readonly Library[] = [
  middleware("http-proxy-middleware 3", createProxyMiddleware),
  middleware("http-proxy-middleware 4", createProxyMiddleware4),
  server("http-proxy", (settings) => httpProxy.createProxyServer(settings)),
  server("http-proxy-3 1", (settings) => httpProxy3.createProxyServer(settings as never)),
  server("http-proxy-3 2", (settings) => httpProxy3v2.createProxyServer(settings as never)),
  server("httpxy", (settings) => createProxyServer(settings as never)),
];

/** On Koa, which it brings along; it emits no "start", and proxies no upgrades. */
export const koaProxies: Library = {
  name: "koa-proxies",
  create: (upstream, { settings, options = quiet, handlers } = {}) => {
    const proxy = createKoaProxies("/", { target: target(upstream), ...settings, events: fgProxy(options, handlers).on });
    const { headTimeout: _ofProxies, ...others } = options;
    const listener = new Koa()
      .use(fgErrors(others))
      .use(proxy as Koa.Middleware)
      .callback();
    return { web: listener, ws: (_request, socket) => socket.destroy() };
  },
};

/** Runs `visit` against a gateway made of the library, upgrades and all. */
export function behind<R>(
  library: Library,
  upstream: number | string,
  given: Settings,
  visit: (port: number, gateway: Server) => Promise<R>,
): Promise<R> {
  const { web, ws } = library.create(upstream, given);
  return withServer(createServer(web).on("upgrade", ws), visit);
}

const quiet: ProxyOptions = { onError() {} };

const target = (upstream: number | string) => (typeof upstream === "string" ? upstream : `http://127.0.0.1:${upstream}`);

function middleware(name: string, create: (settings: never) => unknown): Library {
  return {
    name,
    create: (upstream, { settings, options = quiet, handlers } = {}) => {
      const proxy = create({ target: target(upstream), ...settings, ...fgProxy(options, handlers) } as never) as Middleware;
      return { web: (request, response) => void proxy(request, response, () => response.destroy()), ws: proxy.upgrade };
    },
  };
}

interface Middleware {
  (request: IncomingMessage, response: ServerResponse, next: () => void): unknown;
  readonly upgrade: Proxy["ws"];
}

function server(name: string, create: (settings: object) => unknown): Library {
  return {
    name,
    create: (upstream, { settings, options = quiet, handlers } = {}) => {
      const made = create({ target: target(upstream), ...settings }) as Server3;
      const proxy = fgProxy(options, handlers).attach(made);
      const isHttpxy = name === "httpxy"; // which takes its options before the head
      return {
        web: (request, response) => void proxy.web(request, response),
        ws: (request, socket, head) => void (isHttpxy ? proxy.ws(request, socket, {}, head) : proxy.ws(request, socket, head)),
      };
    },
  };
}

interface Server3 {
  on(event: string, listener: (...args: never[]) => unknown): unknown;
  web(...args: unknown[]): unknown;
  ws(...args: unknown[]): unknown;
}

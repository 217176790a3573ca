// fgProxy() in http-proxy and what became of it.
import { createRequire } from "node:module";
import { fgProxy } from "@fg-errors/core/proxy";
import type { RequestHandler } from "express";
import httpProxy from "http-proxy";
import httpProxy3 from "http-proxy-3";
import httpProxy3v2 from "http-proxy-3v2";
import { createProxyMiddleware } from "http-proxy-middleware";
import { createProxyMiddleware as createProxyMiddleware4 } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import type { Middleware } from "koa";
import { agentOf, both, type Act, type Exceptions, type Integration, type Way } from "./integration.js";

const koaProxies = createRequire(import.meta.url)("koa-proxies") as (path: string, settings: object) => Middleware;

/** A 204 has no content: it is complete, whatever follows. */
const exceptions: Exceptions = [[/^204/, "relayed"]];

export const proxies: readonly Integration[] = [
  { ...middleware("http-proxy-middleware 3", createProxyMiddleware), http1Only: true },
  middleware("http-proxy-middleware 4", createProxyMiddleware4),
  { ...server("http-proxy", (settings) => httpProxy.createProxyServer(settings)), http1Only: true },
  server("http-proxy-3 1", (settings) => httpProxy3.createProxyServer(settings as never)),
  server("http-proxy-3 2", (settings) => httpProxy3v2.createProxyServer(settings as never)),
  server("httpxy", (settings) => createProxyServer(settings as never)),
  {
    name: "koa-proxies, by its events",
    families: ["koa"],
    http1Only: true,
    exceptions,
    create: (way) => ({ koa: [koaProxies("/", { ...settingsOf(way), events: fgProxy(way.options).on })] }),
  },
];

function settingsOf(way: Way) {
  return { target: way.upstream.url, changeOrigin: true, agent: agentOf(way), proxyTimeout: way.limit };
}

function middleware(name: string, create: (settings: never) => unknown): Integration {
  const integration = (way: Way) => create({ ...settingsOf(way), ...fgProxy(way.options) } as never) as RequestHandler;
  return {
    name,
    families: both,
    exceptions,
    create: (way) => {
      const handler = integration(way);
      return { act: (request, response) => passed(handler, request, response) };
    },
  };
}

/** Settles when the response is done or the middleware hands over. */
function passed(handler: RequestHandler, ...[request, response]: Parameters<Act>): Promise<void> {
  return new Promise((resolve, reject) => {
    response.once("close", resolve);
    handler(request as never, response as never, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
  });
}

interface ProxyServer {
  web(...args: Parameters<Act>): unknown;
  on(event: string, listener: (...args: never[]) => unknown): unknown;
}

function server(name: string, create: (settings: object) => unknown): Integration {
  return {
    name,
    families: both,
    exceptions,
    create: (way) => {
      const proxy = fgProxy(way.options).attach(create(settingsOf(way)) as never) as ProxyServer;
      return { act: (request, response) => proxy.web(request, response) };
    },
  };
}

// What stands between a client and an upstream: the proxy handlers, and relay() with the real fetch.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors as expressErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors, relay } from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import Koa2 from "koa2";
import { withServer } from "../wire.js";

export interface Gateway {
  readonly name: string;
  /** Hands every request on to that port of loopback. */
  readonly create: (upstream: number, options?: ResponderOptions) => (request: IncomingMessage, response: ServerResponse) => void;
}

export const gateways: readonly Gateway[] = [
  { name: "fgProxy() on Express 5", create: proxy },
  { name: "relay() on Koa 3", create: (upstream, options) => relaying(new Koa(), upstream, options) },
  { name: "relay() on Koa 2", create: (upstream, options) => relaying(new Koa2(), upstream, options) },
];

/** Runs `visit` against a gateway whose upstream is `upstream`. */
export function through<R>({ create }: Gateway, upstream: RequestListener, visit: (port: number) => Promise<R>): Promise<R> {
  return withServer(upstream, (upstreamPort) => withServer(create(upstreamPort, { onError() {} }), visit));
}

function proxy(upstream: number, options?: ResponderOptions) {
  const target = `http://127.0.0.1:${upstream}`;
  const app = express().disable("x-powered-by");
  app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy(options) }));
  return app.use(expressErrors(options)) as ReturnType<Gateway["create"]>;
}

function relaying(app: Koa, upstream: number, options?: ResponderOptions) {
  app.on("error", () => {});
  app.use(koaErrors(options));
  app.use(async (ctx) =>
    relay(ctx, await fetch(`http://127.0.0.1:${upstream}${ctx.url}`, { method: ctx.method, redirect: "manual" })),
  );
  return app.callback() as ReturnType<Gateway["create"]>;
}

// The four hosts: the same small application on each, so that one suite can run over all of them.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { fgErrors as expressErrors } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import { bodyParser } from "@koa/bodyparser";
import Router from "@koa/router";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import type { ResponderOptions } from "@fg-errors/core";

/** What a route does: the node objects are the same on every host. */
export type Act = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Host {
  readonly name: string;
  readonly family: "express" | "koa";
  /** GET and POST /act do `act`, with CORS headers set before; POST /json parses; /orders/:id, in a nested router, takes GET and POST. */
  readonly create: (act: Act, options?: ResponderOptions) => (request: IncomingMessage, response: ServerResponse) => void;
  /** The same for node:http2, which Express does not know by itself. */
  readonly createHttp2: Host["create"];
}

const http2Express = createRequire(import.meta.url)("http2-express") as (framework: typeof express) => express.Express;

export const hosts: readonly Host[] = [
  expressHost("Express 5", express),
  expressHost("Express 4", express4),
  koaHost("Koa 3", Koa),
  koaHost("Koa 2", Koa2),
];

function expressHost(name: string, framework: typeof express): Host {
  const build = (app: express.Express, act: Act, options?: ResponderOptions) => {
    const orders = framework.Router();
    orders.get("/:id", (_request, response) => void response.json({}));
    orders.post("/:id", (_request, response) => void response.json({}));
    app.disable("x-powered-by").use((_request, response, next) => (allowOrigin(response), next()));
    for (const method of ["get", "post"] as const)
      app[method]("/act", (request, response, next) => settle(act(request, response), next));
    app.post("/json", framework.json({ limit: 1000 }), (request, response) => void response.json(request.body));
    app.use("/api/orders", orders).use(expressErrors(options));
    return app as (request: IncomingMessage, response: ServerResponse) => void;
  };
  return {
    name,
    family: "express",
    create: (act, options) => build(framework(), act, options),
    createHttp2: (act, options) => build(http2Express(framework), act, options),
  };
}

/** Express 4 does not see a promise, so the handler hands a rejection on as its users do. */
function settle(result: unknown, next: (error?: unknown) => void): void {
  if (result instanceof Promise) result.catch(next);
}

function koaHost(name: string, Framework: typeof Koa): Host {
  const create: Host["create"] = (act, options) => {
    const app = new Framework();
    app.on("error", () => {});
    const orders = new Router({ prefix: "/orders" });
    orders.get("/:id", (ctx) => void (ctx.body = {}));
    orders.post("/:id", (ctx) => void (ctx.body = {}));
    const router = new Router();
    const run: Koa.Middleware = async (ctx) => {
      await act(ctx.req, ctx.res);
      if (ctx.res.headersSent) ctx.respond = false;
    };
    router.get("/act", run).post("/act", run);
    router.post("/json", bodyParser({ jsonLimit: 1000 }), (ctx) => void (ctx.body = ctx.request.body));
    router.use("/api", orders.routes());
    app.use(koaErrors(options));
    app.use((ctx, next) => (allowOrigin(ctx.res), next()));
    app.use(router.routes());
    return app.callback() as (request: IncomingMessage, response: ServerResponse) => void;
  };
  return { name, family: "koa", create, createHttp2: create };
}

/** As a CORS middleware does; the real ones differ in the order and case of their fields, which is not ours to level. */
function allowOrigin(response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", "https://shop.example");
  response.setHeader("Vary", "Origin");
}

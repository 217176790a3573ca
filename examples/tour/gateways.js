// The two gateways of the tour, each with fg-errors and, for comparison, without.
import { Agent } from "node:http";
import { fgErrors as expressErrors, fgProxy, fgResponses, problem, upstream } from "@fg-errors/express";
import { fgErrors as koaErrors, relay } from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import { createRecorder } from "./recorder.js";
import { createShop } from "./upstreams.js";

/** @typedef {{ shop: string, branch: string, functions: string, faulty: string, closed: string }} Upstreams addresses, by the first part of the path */

const timeout = 2000;

/** Hears what an operator would read; the page of the tour shows it. */
export const recorder = createRecorder();

export const options = { onError: recorder.onError, proxyName: "tour", hiddenFailures: true };

/**
 * Express with http-proxy-middleware: what has a name among the upstreams is proxied, the rest is the gateway's own.
 * @param {Upstreams} upstreams
 * @param {boolean} withUs
 */
export function createExpressGateway(upstreams, withUs) {
  const app = express().set("env", "test"); // Express's pages as in development, without its log
  const agent = new Agent({ timeout }); // proxyTimeout starts when there is a connection
  for (const [name, target] of Object.entries(upstreams))
    app.use(`/${name}`, createProxyMiddleware({ target, agent, proxyTimeout: timeout, ...(withUs ? fgProxy(options) : {}) }));
  app.use("/nested", ...(withUs ? [fgResponses(options)] : []), createShop());
  app.get("/price", async (_request, response) => {
    const call = fetch(`${upstreams.shop}/status/401`);
    response.json(await (await (withUs ? upstream(call) : call)).json());
  });
  app.post("/orders", express.json(), (request, response) => void response.json(request.body));
  app.get("/bug", () => void (/** @type {any} */ (undefined).price));
  app.get("/paid", () => {
    throw withUs ? problem(409, "The order was already paid") : new Error("The order was already paid");
  });
  app.get("/egress", () => {
    throw Object.assign(new Error("Credentials for the egress proxy are missing"), { status: 407, expose: true });
  });
  if (withUs) app.use(expressErrors(options));
  return app;
}

/**
 * Koa with fetch: the same upstreams.
 * @param {Upstreams} upstreams
 * @param {boolean} withUs
 */
export function createKoaGateway(upstreams, withUs) {
  const app = new Koa();
  app.on("error", () => {}); // its log would spoil the table
  if (withUs) app.use(koaErrors(options));
  app.use(async (ctx, next) => {
    const [, name = "", rest = ""] = /^\/(\w+)(\/.*)?$/.exec(ctx.path) ?? [];
    if (!Object.hasOwn(upstreams, name)) return next();
    const target = upstreams[/** @type {keyof Upstreams} */ (name)];
    const reply = await fetch(target + rest, { method: ctx.method, signal: AbortSignal.timeout(timeout) });
    if (withUs) return relay(ctx, reply, options);
    ctx.body = reply.body;
    ctx.status = reply.status;
    ctx.type = reply.headers.get("content-type") ?? "";
  });
  app.use((ctx) => {
    if (ctx.path === "/bug") return /** @type {any} */ (undefined).price;
    if (ctx.path === "/teapot") ctx.throw(418, "Short and stout");
    if (ctx.path === "/nothing") ctx.status = 503;
  });
  return app;
}

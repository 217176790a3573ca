// Gateways that fail in every way: a thrown Error, an error on purpose, no route, and whatever env.upstream answers.
import * as onExpress from "@fg-errors/express";
import * as onKoa from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware, responseInterceptor } from "http-proxy-middleware";
import Koa from "koa";
import { proxying, silent } from "./usual.js";

/** @typedef {import("../types.js").Contestant} Contestant */

/** @type {Contestant} */
export function ourExpress({ upstream }) {
  const app = express();
  app.get("/thrown", () => fail());
  app.get("/problem", () => {
    throw onExpress.problem(404, "No such order");
  });
  app.use("/proxied", createProxyMiddleware({ ...proxying(upstream), ...onExpress.fgProxy(silent) }));
  return app.use(onExpress.fgErrors(silent));
}

/** @type {Contestant} */
export function ourKoa({ upstream }) {
  const app = new Koa();
  app.use(onKoa.fgErrors(silent));
  app.use(async (ctx) => {
    if (ctx.path === "/thrown") fail();
    if (ctx.path === "/problem") throw onKoa.problem(404, "No such order");
    if (ctx.path.startsWith("/proxied"))
      await onKoa.relay(ctx, await fetch(upstream + ctx.path.slice("/proxied".length)), silent);
  });
  return app.callback();
}

/** @type {Contestant} http-proxy-middleware's own interceptor, to compare with: it has to have read all of a reply. */
export function interceptor({ upstream }) {
  const proxyRes = responseInterceptor(async (content, reply) =>
    JSON.stringify({ status: reply.statusCode, octets: content.length }),
  );
  return express().use("/proxied", createProxyMiddleware({ ...proxying(upstream), selfHandleResponse: true, on: { proxyRes } }));
}

/** @returns {never} */
function fail() {
  throw new Error("secret");
}

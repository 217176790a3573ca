// Gateways that fail in every way: a thrown Error, an error on purpose, no route, and whatever env.upstream answers.
import { Agent } from "node:http";
import * as onExpress from "@fg-errors/express";
import * as onKoa from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware, responseInterceptor } from "http-proxy-middleware";
import Koa from "koa";

/** @typedef {import("../types.js").Contestant} Contestant */

/** Somebody hears of every problem: else a 5xx would be written to stderr. */
const options = { onError() {} };

/** @type {Contestant} */
export function ourExpress({ upstream }) {
  const app = express();
  app.get("/thrown", () => fail());
  app.get("/problem", () => {
    throw onExpress.problem(404, "No such order");
  });
  app.use("/proxied", createProxyMiddleware({ ...usual(upstream), ...onExpress.fgProxy(options) }));
  return app.use(onExpress.fgErrors(options));
}

/** @type {Contestant} */
export function ourKoa({ upstream }) {
  const app = new Koa();
  app.use(onKoa.fgErrors(options));
  app.use(async (ctx) => {
    if (ctx.path === "/thrown") fail();
    if (ctx.path === "/problem") throw onKoa.problem(404, "No such order");
    if (ctx.path.startsWith("/proxied"))
      await onKoa.relay(ctx, await fetch(upstream + ctx.path.slice("/proxied".length)), options);
  });
  return app.callback();
}

/** @type {Contestant} http-proxy-middleware's own interceptor, to compare with: it has to have read all of a reply. */
export function interceptor({ upstream }) {
  const proxyRes = responseInterceptor(async (content, reply) =>
    JSON.stringify({ status: reply.statusCode, octets: content.length }),
  );
  return express().use("/proxied", createProxyMiddleware({ ...usual(upstream), selfHandleResponse: true, on: { proxyRes } }));
}

function usual(/** @type {string} */ target) {
  return { target, agent: new Agent({ keepAlive: true }) };
}

/** @returns {never} */
function fail() {
  throw new Error("secret");
}

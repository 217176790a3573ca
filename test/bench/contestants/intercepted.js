// A healthy handler, without fgResponses() in front of it and with it. fgErrors() is mounted in both, as an application has it.
import { Readable } from "node:stream";
import * as onExpress from "@fg-errors/express";
import * as onKoa from "@fg-errors/koa";
import express from "express";
import Koa from "koa";
import { order } from "./orders.js";
import { silent } from "./usual.js";

/**
 * @typedef {import("../types.js").Contestant} Contestant
 * @typedef {import("node:http").ServerResponse} ServerResponse
 */

const text = JSON.stringify(order);
const head = ["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(text))];
const chunk = Buffer.alloc(20_000, "x");

/** @type {Contestant} */
export const expressAlone = () => expressWith();

/** @type {Contestant} */
export const expressIntercepted = () => expressWith(onExpress.fgResponses(silent));

/** @type {Contestant} */
export const koaAlone = () => koaWith();

/** @type {Contestant} */
export const koaIntercepted = () => koaWith(onKoa.fgResponses(silent));

/** @param {import("express").RequestHandler[]} handlers */
function expressWith(...handlers) {
  const app = express().disable("x-powered-by").disable("etag");
  for (const handler of handlers) app.use(handler);
  app.get("/json", (_request, response) => void response.json(order));
  app.get("/end", (_request, response) => end(response));
  app.get("/stream", (_request, response) => void content().pipe(response.type("bin")));
  app.use(onExpress.fgErrors(silent));
  return app;
}

/** @param {Koa.Middleware[]} handlers */
function koaWith(...handlers) {
  const app = new Koa();
  app.use(onKoa.fgErrors(silent));
  for (const handler of handlers) app.use(handler);
  app.use((ctx) => {
    if (ctx.path === "/json") ctx.body = order;
    else if (ctx.path === "/stream") ctx.body = content();
    else {
      ctx.respond = false;
      end(ctx.res);
    }
  });
  return app.callback();
}

/** What writers do that know all of it, such as a proxy's. */
function end(/** @type {ServerResponse} */ response) {
  response.writeHead(200, head);
  response.end(text);
}

/** 100 kB, at hand. */
function content() {
  let left = 5;
  return new Readable({
    read() {
      this.push(left-- > 0 ? chunk : null);
    },
  });
}

// Koa in front of an upstream, asked by Node's own fetch: a relay as one writes it by hand, and relay().
import { Readable } from "node:stream";
import { endToEnd, fgErrors, relay } from "@fg-errors/koa";
import Koa from "koa";
import { silent } from "./usual.js";

/** @typedef {import("../types.js").Contestant} Contestant */

/** @type {Contestant} */
export function bareRelay({ upstream }) {
  const app = new Koa();
  app.use(async (ctx) => {
    try {
      const reply = await ask(upstream, ctx);
      ctx.status = reply.status;
      ctx.body = reply.body && Readable.fromWeb(/** @type {import("node:stream/web").ReadableStream} */ (reply.body));
      for (const [name, value] of endToEnd(Object.fromEntries(reply.headers))) ctx.set(name, value);
    } catch {
      ctx.status = 502;
      ctx.body = { error: "Bad Gateway" };
    }
  });
  return app.callback();
}

/** @type {Contestant} */
export function ours({ upstream }) {
  const app = new Koa();
  app.use(fgErrors(silent));
  app.use(async (ctx) => relay(ctx, await ask(upstream, ctx), silent));
  return app.callback();
}

/**
 * @param {string} upstream
 * @param {Koa.Context} ctx
 */
function ask(upstream, { method, url, headers }) {
  const passed = Object.fromEntries(endToEnd(headers).filter(([name]) => name !== "host"));
  return fetch(upstream + url, { method, headers: /** @type {Record<string, string>} */ (passed), redirect: "manual" });
}

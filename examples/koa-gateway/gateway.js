// A Koa gateway: UPSTREAM is the server that gets every request, PORT where to listen (0: any free one).
import { Readable } from "node:stream";
import { endToEnd, fgErrors, relay } from "@fg-errors/koa";
import Koa from "koa";

const { UPSTREAM: target = "http://127.0.0.1:9000", PORT = "8080" } = process.env;

const app = new Koa();
app.use(fgErrors());
app.use(async (ctx) => relay(ctx, await fetchUpstream(ctx)));

const server = app.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Koa gateway on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});

/** @param {Koa.Context} ctx */
function fetchUpstream({ method, originalUrl, headers, req }) {
  const passed = endToEnd(headers).filter(([name]) => name !== "host" && name !== "expect");
  const body = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(req), duplex: "half" };
  const init = { method, headers: passed, ...body, redirect: "manual", signal: AbortSignal.timeout(1000) };
  return fetch(new URL(originalUrl, target), /** @type {RequestInit} */ (init));
}

// A Koa gateway: UPSTREAM is the server that gets every request, PORT where to listen (0: any free one).
import { createServer } from "node:http";
import { clientSignal, drain, endToEnd, fgErrors, guardServer, relay } from "@fg-errors/koa";
import Koa from "koa";
import { Agent, fetch } from "undici";

const { UPSTREAM = "http://127.0.0.1:9000", PORT = "8080" } = process.env;
const target = new URL(UPSTREAM);
const base = target.pathname.replace(/\/$/, "");

/** One second to connect, to the reply's head, and between two chunks of its content. */
const dispatcher = new Agent({ connect: { timeout: 1000 }, headersTimeout: 1000, bodyTimeout: 1000 });

const app = new Koa();
app.use(fgErrors());
app.use(async (ctx) => relay(ctx, await fetchUpstream(ctx)));

const server = guardServer(createServer(app.callback())).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Koa gateway on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
process.once("SIGTERM", () => drain(server));

/** @param {Koa.Context} ctx */
function fetchUpstream({ method, path, search, headers, req, res }) {
  const passed = endToEnd(headers).filter(([name]) => name !== "host" && name !== "expect");
  const body = method === "GET" || method === "HEAD" ? {} : { body: req, duplex: "half" };
  const init = { method, headers: passed, ...body, redirect: "manual", dispatcher, signal: clientSignal(res) };
  // Assigned, not resolved: a client may write "//elsewhere" or "http://elsewhere" where its path should be.
  const url = Object.assign(new URL(target), { pathname: base + path, search });
  return fetch(url, /** @type {import("undici").RequestInit} */ (init));
}

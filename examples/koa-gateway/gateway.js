// A Koa gateway: UPSTREAM is the server that gets every request, PORT where to listen (0: any free one).
import { createServer } from "node:http";
import { clientSignal, drain, fgErrors, guardServer, relay, upstreamRequest } from "@fg-errors/koa";
import Koa from "koa";
import { Agent, fetch } from "undici";

const { UPSTREAM = "http://127.0.0.1:9000", PORT = "8080" } = process.env;
const target = UPSTREAM.replace(/\/$/, "");

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
function fetchUpstream({ req, res }) {
  const { path, ...init } = upstreamRequest(req);
  return fetch(target + path, { ...init, dispatcher, signal: clientSignal(res) });
}

// The orders service, on Koa. STOCK is the address of the stock service, PORT where to listen (0: any free port).
import { createServer } from "node:http";
import { clientSignal, drain, fgErrors, guardServer, upstream } from "@fg-errors/koa";
import { bodyParser } from "@koa/bodyparser";
import Router from "@koa/router";
import { shop } from "@shop/contract";
import Koa from "koa";

const { STOCK = "http://127.0.0.1:8081", CLOSED_UNTIL, PORT = "8082" } = process.env;
const options = { contract: shop };

const router = new Router();
router.post("/orders", bodyParser(), async (ctx) => {
  if (CLOSED_UNTIL) throw shop.problems.checkoutClosed({ until: CLOSED_UNTIL });
  const { sku, quantity } = /** @type {{ sku?: unknown, quantity?: unknown }} */ (ctx.request.body ?? {});
  const requestId = ctx.get("X-Request-Id"); // one id in the logs of all services
  const call = fetch(`${STOCK}/stock/${encodeURIComponent(String(sku))}/reservations`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(requestId && { "X-Request-Id": requestId }) },
    body: JSON.stringify({ quantity }),
    signal: AbortSignal.any([clientSignal(ctx.res), AbortSignal.timeout(1000)]),
  });
  // The client's order is what the stock service refuses: these statuses are passed on, and any other failure is a 502 or 504 of ours.
  await upstream(call, { ...options, relayStatuses: [400, 404, 409] });
  ctx.status = 200;
  ctx.body = { sku, quantity };
});

const app = new Koa();
app.use(fgErrors(options));
app.use(router.routes());

const server = guardServer(createServer(app.callback()), options).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`orders on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
process.once("SIGTERM", () => drain(server));

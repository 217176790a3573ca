// A gateway whose problems the clients of these tests read.
import { fgErrors, problem } from "@fg-errors/express";
import express from "express";
import { shop } from "../catalogue/shop.js";

/** The table of test/catalogue/shop.ts, as `fg-errors export --format ts` writes it. */
export const table = {
  outOfStock: { code: "SHOP.1001", status: 409, retry: "never", members: { left: "number", sku: "string" } },
  paymentRefused: { code: "SHOP.1002", status: 403, retry: "never", members: {} },
  checkoutClosed: { code: "SHOP.CHECKOUT_CLOSED", status: 503, retry: "always", members: { until: "date" } },
} as const;

/** Creates an application that fails at each of its paths; `prepare` sets header fields first. */
export function createProblemGateway(prepare: express.RequestHandler = (_request, _response, next) => next()): express.Express {
  const app = express().use(prepare);
  app.all("/stock", () => {
    throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
  });
  app.all("/checkout", () => {
    throw shop.problems.checkoutClosed({ until: "2026-12-01T08:00:00Z" });
  });
  app.all("/order", () => {
    throw problem(400, "The order is not valid.", { errors: [{ pointer: "#/items/0/price", detail: "Not a number." }] });
  });
  app.all("/success", (_request, response) => void response.json({ error_code: "SHOP.1001" }));
  app.use("/functiongraph", (_request, _response, next) => next(problem(403, "Not yours.", { code: "FSS.0403" })));
  app.use("/functiongraph", fgErrors({ contract: shop, format: "functiongraph" }));
  return app.use(fgErrors({ contract: shop, onError() {} }));
}

/** What a client reads of /stock, if its request has this id. */
export const stockProblem = {
  type: "https://errors.example.com/shop/out-of-stock",
  title: "Out of stock",
  status: 409,
  detail: "Only 2 of A-1 are left.",
  code: "SHOP.1001",
  requestId: "a1b2c3",
  instance: "/stock",
  errors: [],
  retryAfter: undefined,
  extensions: { sku: "A-1", left: 2 },
};

/** What a client reads of a response that says nothing but its status. */
export const bare = (status: number) => ({
  type: "about:blank",
  title: `Status ${status}`,
  status,
  detail: "",
  code: undefined,
  requestId: undefined,
  instance: undefined,
  errors: [],
  retryAfter: undefined,
  extensions: {},
});

// The stock service, on Express. PORT: where to listen (0: any free port).
import { createServer } from "node:http";
import { drain, fgErrors, guardServer, problem } from "@fg-errors/express";
import { shop } from "@shop/contract";
import express from "express";
import { countItems, reserveItems } from "./warehouse.js";

const app = express();
app.get("/stock/:sku", ({ params: { sku } }, response) => void response.json({ sku, left: countItems(sku) }));
app.post("/stock/:sku/reservations", express.json(), ({ params: { sku }, body }, response) => {
  const { quantity } = /** @type {{ quantity?: any }} */ (body ?? {});
  if (!Number.isInteger(quantity) || quantity < 1)
    throw problem(400, "The reservation is not valid.", {
      errors: [{ pointer: "#/quantity", detail: "Takes a number from 1." }],
    });
  reserveItems(sku, quantity);
  response.status(200).json({ sku, quantity });
});
app.use(fgErrors({ contract: shop }));

const server = guardServer(createServer(app), { contract: shop }).listen(Number(process.env.PORT ?? "8081"), "127.0.0.1", () => {
  console.log(`stock on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
process.once("SIGTERM", () => drain(server));

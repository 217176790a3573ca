// The gateway, on Express. STOCK and ORDERS are the addresses of the services, PORT where to listen (0: any free port).
import http from "node:http";
import { drain, fgErrors, fgProxy, guardServer } from "@fg-errors/express";
import { shop } from "@shop/contract";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

const { STOCK = "http://127.0.0.1:8081", ORDERS = "http://127.0.0.1:8082", PORT = "8080" } = process.env;
const options = { contract: shop };

/** One second to connect, two for the whole head of a reply, so that a service's own limit ends first. */
const agent = new http.Agent({ timeout: 1000 });
const app = express();
for (const [pathFilter, target] of Object.entries({ "/stock": STOCK, "/orders": ORDERS }))
  app.use(
    createProxyMiddleware({ target, pathFilter, agent, proxyTimeout: 2000, ...fgProxy({ ...options, headTimeout: 2000 }) }),
  );
app.use(fgErrors(options));

const server = guardServer(http.createServer(app), options).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`gateway on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
process.once("SIGTERM", () => drain(server));

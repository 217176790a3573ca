// An Express gateway: UPSTREAM is the server that gets every request, PORT where to listen (0: any free one).
import http from "node:http";
import https from "node:https";
import { drain, fgErrors, fgProxy, guardServer } from "@fg-errors/express";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

const { UPSTREAM: target = "http://127.0.0.1:9000", PORT = "8080" } = process.env;

/** One second to connect, one for the whole head of a reply, and one between two chunks of its content. */
const agent = new (target.startsWith("https:") ? https : http).Agent({ timeout: 1000 });
const proxy = createProxyMiddleware(fgProxy({ headTimeout: 1000 }, { target, changeOrigin: true, agent, proxyTimeout: 1000 }));

const app = express();
app.use(proxy);
app.use(fgErrors());

const server = guardServer(http.createServer(app)).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Express gateway on http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
server.on("upgrade", proxy.upgrade); // WebSockets
process.once("SIGTERM", () => drain(server));

// fgProxy() in http-proxy-middleware, beyond what the examples show.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { fgErrors, fgProxy, problem } from "@fg-errors/express";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const quiet = { onError() {} };

function gatewayTo(upstream: number, options: Parameters<typeof fgProxy>[0] = quiet, proxyTimeout = 500) {
  const app = express().disable("x-powered-by");
  app.use("/api", createProxyMiddleware({ target: `http://127.0.0.1:${upstream}`, proxyTimeout, ...fgProxy(options) }));
  return app.use(fgErrors(quiet));
}

const through = (upstream: RequestListener, line: string, options?: Parameters<typeof fgProxy>[0]) =>
  withServer(upstream, (upstreamPort) =>
    withServer(gatewayTo(upstreamPort, options), async (port) => parseAnswer(await exchange(port, request(line)))),
  );

it("keeps of an error reply what its status needs", async () => {
  const answer = await through((_request, response) => {
    response.writeHead(401, { "WWW-Authenticate": 'Basic realm="shop"', "Content-Type": "application/json", Server: "s3cr3t" });
    response.end(JSON.stringify({ error_code: "SHOP.0401", error_msg: "Log in first", request_id: "theirs" }));
  }, "GET /api/orders?token=s3cr3t");
  expect(answer.headers.get("www-authenticate")).toBe('Basic realm="shop"');
  expect(answer.headers.has("server")).toBe(false);
  expect(assertContract(answer)).toMatchObject({
    status: 401,
    error_code: "SHOP.0401",
    detail: "Log in first",
    instance: "/api/orders",
  });
  expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
});

it("reads a compressed error body, and no more of it than it needs", async () => {
  const answer = await through((_request, response) => {
    response.writeHead(404, { "Content-Type": "text/plain", "Content-Encoding": "gzip" });
    response.end(gzipSync(`No such order${" ".repeat(10_000_000)}`));
  }, "GET /api/orders/17");
  expect(assertContract(answer)).toMatchObject({ status: 404, detail: "No such order" });
});

it.each([
  [500, 500],
  [407, 502],
  [429, 503],
])("says nothing of a %i, which is a server error of ours, but its code", async (received, status) => {
  const answer = await through((_request, response) => {
    response.writeHead(received, { "Content-Type": "application/json", "Retry-After": "7" });
    response.end(JSON.stringify({ error_code: "SHOP.0500", message: "s3cr3t" }));
  }, "GET /api/orders/17");
  expect(assertContract(answer)).toMatchObject({ status, error_code: "SHOP.0500" });
  expect(answer.headers.get("retry-after")).toBe("7");
  expect(answer.text).not.toContain("s3cr3t");
});

it("tells a proxyTimeout from a reset", async () => {
  const onError = vi.fn();
  const answer = await through(() => {}, "GET /api/orders/17", { onError });
  expect(assertContract(answer)).toMatchObject({ status: 504 });
  expect(onError.mock.calls[0]![0]).toMatchObject({ status: 504, proxyError: "http_response_timeout" });
});

it("lets go of the upstream when the client leaves", async () => {
  const upstream = createServer((_request, response) => void response.write("first "));
  const closed = new Promise((resolve) => upstream.on("connection", (socket) => socket.on("close", resolve)));
  await withServer(upstream, (upstreamPort) =>
    withServer(gatewayTo(upstreamPort, quiet, 60_000), async (port) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /api/endless")));
      await once(socket, "data");
      socket.destroy();
      await closed;
    }),
  );
});

it("survives an upstream that answers after somebody else did", async () => {
  const [proxyRes, onError] = [vi.fn(), vi.fn()];
  let giveUp = () => {};
  let answerAfterAll = () => {};
  const upstream: RequestListener = (_request, response) => {
    answerAfterAll = () => response.end("late");
    giveUp();
  };
  await withServer(upstream, (upstreamPort) => {
    const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${upstreamPort}`, ...fgProxy({ onError }, { proxyRes }) });
    const app = express();
    app.use((incoming, response, next) => {
      giveUp = () => next(problem(503, "No patience"));
      void proxy(incoming, response, next);
    });
    app.use(fgErrors({ onError }));
    return withServer(app, async (port) => {
      expect(assertContract(parseAnswer(await exchange(port, request("GET /"))))).toMatchObject({ detail: "No patience" });
      answerAfterAll();
      await vi.waitFor(() => expect(proxyRes).toHaveBeenCalledOnce());
    });
  });
  expect(onError).toHaveBeenCalledOnce();
});

it("calls handlers of the user's own before its own", async () => {
  const [proxyReq, proxyRes, error] = [
    vi.fn((outgoing: { setHeader: (name: string, value: string) => void }) => outgoing.setHeader("X-Tenant", "a")),
    vi.fn(),
    vi.fn(),
  ];
  const seen: unknown[] = [];
  const upstream = createServer((incoming, response) => {
    seen.push(incoming.headers["x-tenant"]);
    if (incoming.url === "/reset") incoming.socket.destroy();
    else response.writeHead(404).end();
  });
  await withServer(upstream, (upstreamPort) => {
    const options = { target: `http://127.0.0.1:${upstreamPort}`, ...fgProxy(quiet, { proxyReq, proxyRes, error }) };
    return withServer(express().use(createProxyMiddleware(options)), async (port) => {
      expect(parseAnswer(await exchange(port, request("GET /"))).status).toBe(404);
      expect(parseAnswer(await exchange(port, request("GET /reset"))).status).toBe(502);
    });
  });
  expect(seen).toEqual(["a", "a"]);
  expect(proxyRes).toHaveBeenCalledOnce();
  expect(error).toHaveBeenCalledOnce();
});

it("throws at mount for a wrong option", () => {
  expect(() => fgProxy({ relay: ["x"] as never })).toThrow(
    new TypeError('fgProxy: option "relay" takes an array or set of statuses from 400 to 599'),
  );
});

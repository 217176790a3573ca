// Upstreams that answer an error in a way that could hurt, through fgProxy() and through relay().
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { fgErrors as expressErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors, relay } from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const quiet = { onError() {} };

const doors: Readonly<Record<string, (upstream: string) => RequestListener>> = {
  "fgProxy()": (target) => express().use(createProxyMiddleware({ target, ...fgProxy(quiet) })).use(expressErrors(quiet)),
  "relay()": (target) => {
    const app = new Koa();
    app.use(koaErrors(quiet)).use(async (ctx) => relay(ctx, await fetch(new URL(ctx.path, target))));
    return app.callback();
  },
};

describe.each(Object.entries(doors))("%s", (_name, door) => {
  const through = (reply: (response: ServerResponse) => unknown) =>
    withServer(
      (_request, response) => void reply(response),
      (upstream) => withServer(door(`http://127.0.0.1:${upstream}`), async (port) => parseAnswer(await exchange(port, request("GET /")))),
    );

  it("keeps what outlives the content: CORS, cookies and their like", async () => {
    const kept = { "access-control-allow-origin": "https://shop.example", vary: "Origin", "ratelimit-remaining": "0" };
    const dropped = { server: "s3cr3t", "x-powered-by": "s3cr3t", etag: '"1"', "cache-control": "max-age=9", "x-hop": "s3cr3t", connection: "close, x-hop" };
    const answer = await through((response) => {
      response.writeHead(404, { ...kept, ...dropped, "Set-Cookie": ["a=1", "b=2"], "Content-Type": "text/html", "X-Request-Id": "theirs" });
      response.end("<h1>s3cr3t</h1>");
    });
    assertContract(answer);
    expect(Object.fromEntries(answer.headers)).toMatchObject(kept);
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.headers.get("x-request-id")).not.toBe("theirs");
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });

  it.each([
    ["an image", { "Content-Type": "image/png" }],
    ["no type", {}],
    ["a script", { "Content-Type": "application/javascript" }],
    ["another charset", { "Content-Type": "text/plain; charset=iso-8859-1" }],
    ["a coding that nobody knows", { "Content-Type": "text/plain", "Content-Encoding": "secret" }],
    ["two codings", { "Content-Type": "text/plain", "Content-Encoding": "gzip, br" }],
    ["HTML that says it is text", { "Content-Type": "text/plain" }, "<p>s3cr3t"],
  ])("takes no words from %s", async (_what, headers, body = "s3cr3t") => {
    const answer = await through((response) => void response.writeHead(404, headers).end(body));
    expect(assertContract(answer)).toMatchObject({ detail: "Nothing was found at this address." });
  });

  it.each([
    ["text/plain", "No such order"],
    ['text/plain; charset="UTF-8"', "No such order"],
    ["text/plain", '{"message":"No such order"}'],
    ["application/vnd.shop+json; v=1", '{"error":{"message":"No such order"}}'],
  ])("takes the words of %s", async (type, body) => {
    const answer = await through((response) => void response.writeHead(404, { "Content-Type": type }).end(body));
    expect(assertContract(answer)).toMatchObject({ detail: "No such order" });
  });

  it("does not wait for an error that drips", async () => {
    let timer: NodeJS.Timeout | undefined;
    const started = Date.now();
    const answer = await through((response) => {
      response.writeHead(404, { "Content-Type": "text/plain" }).write("No such order");
      timer = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(timer));
    });
    expect(assertContract(answer)).toMatchObject({ detail: "No such order" });
    expect(Date.now() - started).toBeLessThan(3000); // it would be 55 minutes
  });
});

describe("fgProxy()", () => {
  it("survives an upstream that answers after somebody else did", async () => {
    const upstream = createServer((_request, response) => void setTimeout(() => response.end("late"), 150));
    const answer = await withServer(upstream, (upstreamPort) => {
      const app = express();
      app.use((_incoming, _response, next) => void setTimeout(() => next(Object.assign(new Error("x"), { status: 503 })), 50) as never);
      const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${upstreamPort}`, ...fgProxy(quiet) });
      const impatient = express();
      impatient.use((incoming, response, next) => {
        setTimeout(() => next(Object.assign(new Error("no patience"), { status: 503 })), 50);
        void proxy(incoming, response, next);
      });
      impatient.use(expressErrors(quiet));
      return withServer(impatient, async (port) => {
        const first = parseAnswer(await exchange(port, request("GET /")));
        await new Promise((resolve) => setTimeout(resolve, 200)); // until the upstream has answered
        return first;
      });
    });
    expect(answer.status).toBe(503);
  });

  it("calls handlers of the user's own before its own", async () => {
    const [proxyReq, proxyRes, error] = [vi.fn((outgoing: { setHeader: (name: string, value: string) => void }) => outgoing.setHeader("X-Tenant", "a")), vi.fn(), vi.fn()];
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
});

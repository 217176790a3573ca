// fgProxy() with a library's whole configuration.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { fgProxy, type ProxyHandlers } from "@fg-errors/core/proxy";
import { fgErrors } from "@fg-errors/koa";
import express from "express";
import httpProxy from "http-proxy";
import httpProxy3 from "http-proxy-3";
import { createProxyMiddleware } from "http-proxy-middleware";
import { createProxyMiddleware as createProxyMiddleware2 } from "http-proxy-middleware2";
import { createProxyMiddleware as createProxyMiddleware4 } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import Koa from "koa";
import koaProxies from "koa-proxies";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const options = { onError() {} };

interface Heard {
  readonly proxyReq: () => void;
  readonly proxyRes: () => void;
}

/** Creates a gateway of each library, with the same configuration and the handlers where the library takes them. */
const gateways: Readonly<Record<string, (target: string, heard: Heard) => RequestListener>> = {
  "http-proxy-middleware 3": (target, on) =>
    express().use(createProxyMiddleware(fgProxy(options, { target, on }))) as RequestListener,
  "http-proxy-middleware 4": (target, on) =>
    express().use(createProxyMiddleware4(fgProxy(options, { target, on }) as never) as never) as RequestListener,
  "http-proxy-middleware 2": (target, { proxyReq, proxyRes }) =>
    express().use(
      createProxyMiddleware2(
        fgProxy(options, { target, logLevel: "silent", onProxyReq: proxyReq, onProxyRes: proxyRes }) as never,
      ),
    ) as RequestListener,
  "http-proxy-middleware 2, by `on`": (target, on) =>
    express().use(createProxyMiddleware2(fgProxy(options, { target, logLevel: "silent", on }) as never)) as RequestListener,
  "koa-proxies": (target, events) => {
    const app = new Koa()
      .use(fgErrors(options))
      .use(koaProxies("/", fgProxy(options, { target, events }) as never) as Koa.Middleware);
    return app.callback() as RequestListener;
  },
  "http-proxy": server((settings) => httpProxy.createProxyServer(settings as object)),
  "http-proxy-3": server((settings) => httpProxy3.createProxyServer(settings as object) as never),
  httpxy: server((settings) => createProxyServer(settings as object) as never),
};

interface ProxyServer {
  on(event: string, listener: (...args: never[]) => unknown): unknown;
  web(request: IncomingMessage, response: ServerResponse): unknown;
}

function server(create: (settings: unknown) => ProxyServer) {
  return (target: string, on: Heard): RequestListener => {
    const configuration = fgProxy(options, { target, on });
    const proxy = configuration.attach(create(configuration));
    return (incoming, response) => void proxy.web(incoming, response);
  };
}

describe.each(Object.entries(gateways))("%s", (_name, create) => {
  it("takes the whole configuration: our handlers answer, the application's own are called", async () => {
    const heard = { proxyReq: vi.fn(), proxyRes: vi.fn() };
    const upstream: RequestListener = (incoming, response) =>
      void response.writeHead(incoming.url === "/gone" ? 410 : 200, { "Content-Type": "text/html" }).end("<h1>s3cr3t</h1>");
    await withServer(upstream, (port) =>
      withServer(create(`http://127.0.0.1:${port}`, heard), async (gateway) => {
        expect(parseAnswer(await exchange(gateway, request("GET /")))).toMatchObject({
          status: 200,
          text: expect.stringContaining("s3cr3t"),
        });
        expect(assertContract(parseAnswer(await exchange(gateway, request("GET /gone"))))).toMatchObject({ status: 404 });
      }),
    );
    expect([heard.proxyReq, heard.proxyRes].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
  });
});

describe.each([
  ["http-proxy-middleware 3", createProxyMiddleware as (settings: never) => { readonly upgrade: unknown }],
  ["http-proxy-middleware 4", createProxyMiddleware4 as (settings: never) => { readonly upgrade: unknown }],
])("%s, without guardServer()", (_name, create) => {
  it.each(["Expect: 100-continue", "Trailer: x", "Expect: 100-continue\r\nTrailer: x"])(
    "sends an upgrade without %j",
    async (fields) => {
      const received: IncomingMessage["headers"][] = [];
      const upstream = createServer().on("upgrade", ({ headers }: IncomingMessage, socket) => {
        received.push(headers);
        socket.destroy();
      });
      const plugin = vi.fn();
      const bytes = await withServer(upstream, (port) => {
        const { upgrade } = create(fgProxy(options, { target: `http://127.0.0.1:${port}`, plugins: [plugin] }) as never);
        const gateway = createServer().on("upgrade", upgrade as never);
        return withServer(gateway, (at) =>
          exchange(at, `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${fields}\r\n\r\n`),
        );
      });
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 }); // the upstream upgrades nothing
      expect(received).toHaveLength(1);
      expect(Object.keys(received[0]!)).not.toEqual(expect.arrayContaining(["expect"]));
      expect(plugin).toHaveBeenCalledTimes(1);
    },
  );

  it.each([
    ["Expect: 100-continue", 400], // RFC 9110 section 10.1.1: no such request may expect it
    ["Expect: 100-continue\r\nTrailer: x", 400],
    ["Trailer: x", 502], // the upstream upgrades nothing
  ])("with handlers alone, answers an upgrade with %j with %i", async (fields, status) => {
    const upstream = createServer().on("upgrade", (_request, socket) => void socket.destroy());
    const bytes = await withServer(upstream, (port) => {
      const { upgrade } = create({ target: `http://127.0.0.1:${port}`, ...fgProxy(options) } as never);
      return withServer(createServer().on("upgrade", upgrade as never), (at) =>
        exchange(at, `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${fields}\r\n\r\n`),
      );
    });
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status });
  });
});

describe("a configuration", () => {
  it("keeps the library's options, and gets no `attach` as one", () => {
    const configured = fgProxy(options, { target: "http://a", changeOrigin: true });
    expect(configured).toMatchObject({ target: "http://a", changeOrigin: true });
    expect(Object.keys(configured)).not.toContain("attach");
  });

  it.each([
    [{ proxyRse() {} }, 'fgProxy: there is no event "proxyRse"'],
    [{ target: "http://a", on: { proxyRse() {} } }, 'fgProxy: there is no event "proxyRse"'],
    [{ target: "http://a", on: { proxyRes: "no" } }, 'fgProxy: the handler of "proxyRes" takes a function'],
  ])("is refused for a wrong handler: %o", (given, message) => {
    expect(() => fgProxy(options, given as never)).toThrow(message);
  });

  it("types the handlers by their events", () => {
    const configured = fgProxy(options, {
      target: "http://a",
      on: { proxyReq: (outgoing) => void outgoing.setHeader("x", "1") },
    });
    const handlers: ProxyHandlers = fgProxy({}, { proxyReq: (outgoing) => void outgoing.setHeader("x", "1") });
    // @ts-expect-error -- no such event
    expect(() => fgProxy({}, { proxyRse: () => {} })).toThrow(TypeError);
    expect([configured.target, typeof handlers.on.start]).toEqual(["http://a", "function"]);
  });
});

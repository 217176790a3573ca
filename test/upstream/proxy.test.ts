// fgProxy() where it is mounted: in Express and Koa, on HTTP/2, towards TLS; and its own options.
import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { createServer as createRawServer, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { fgErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import express from "express";
import httpProxy from "http-proxy";
import httpProxy3v2 from "http-proxy-3v2";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import koaProxies from "koa-proxies";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { connecting } from "../faults/connecting.js";
import { scaled } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries } from "./proxy-libraries.js";

const quiet = { onError() {} };

type Create = (upstream: number) => RequestListener;

const through = (create: Create, upstream: RequestListener, line: string) =>
  withServer(upstream, (upstreamPort) =>
    withServer(create(upstreamPort), async (port) => parseAnswer(await exchange(port, request(line)))),
  );

const inExpress: Create = (upstream) => {
  const proxy = createProxyMiddleware({
    target: `http://127.0.0.1:${upstream}`,
    pathRewrite: { "^/orders": "/s3cr3t" },
    ...fgProxy(quiet),
  });
  return express().use("/api", proxy).use(fgErrors(quiet)) as unknown as RequestListener;
};

const inKoa: Create = (upstream) => {
  const proxy = fgProxy(quiet).attach(httpProxy.createProxyServer({ target: `http://127.0.0.1:${upstream}` }));
  const app = new Koa().use(koaErrors(quiet)).use((ctx) => {
    ctx.respond = false;
    proxy.web(ctx.req, ctx.res);
  });
  return app.callback() as RequestListener;
};

const inKoaProxies: Create = (upstream) => {
  const rewrite = (path: string) => path.replace(/^\/api/, "/s3cr3t");
  const proxy = koaProxies("/", { target: `http://127.0.0.1:${upstream}`, rewrite, events: fgProxy(quiet).on }) as Koa.Middleware;
  return new Koa().use(koaErrors(quiet)).use(proxy).callback() as RequestListener;
};

describe.each([
  ["Express, mounted and rewriting", inExpress],
  ["Koa", inKoa],
  ["koa-proxies, rewriting", inKoaProxies],
])("%s", (_name, create) => {
  const ask = (upstream: RequestListener, line = "GET /api/orders?token=s3cr3t") => through(create, upstream, line);

  it("passes a success on", async () => {
    const answer = await ask((_request, response) => void response.writeHead(201, { "Content-Length": "4" }).end("made"));
    expect(answer).toMatchObject({ status: 201, text: "made" });
  });

  it("keeps of an error reply what its status needs, and names what the client asked for", async () => {
    const answer = await ask((_request, response) => {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="shop"', "Content-Type": "application/json", Server: "s3cr3t" });
      response.end(JSON.stringify({ error_code: "SHOP.0401", error_msg: "Log in first", request_id: "theirs" }));
    });
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="shop"');
    expect(answer.headers.has("server")).toBe(false);
    const body = { status: 401, error_code: "SHOP.0401", detail: "Log in first", instance: "/api/orders" };
    expect(assertContract(answer)).toMatchObject(body);
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });

  it("answers for a fault", async () => {
    const answer = await ask((incoming) => void incoming.socket.destroy());
    expect(assertContract(answer)).toMatchObject({ status: 502, instance: "/api/orders" });
  });

  it("reads a compressed error body, and no more of it than it needs", async () => {
    const answer = await ask((_request, response) => {
      response.writeHead(404, { "Content-Type": "text/plain", "Content-Encoding": "gzip" });
      response.end(gzipSync(`No such order${" ".repeat(10_000_000)}`));
    });
    expect(assertContract(answer)).toMatchObject({ status: 404, detail: "No such order" });
  });

  it.each([
    [500, 500],
    [407, 502],
    [429, 503],
  ])("says nothing of a %i, which is a server error of ours, but its code", async (received, status) => {
    const answer = await ask((_request, response) => {
      response.writeHead(received, { "Content-Type": "application/json", "Retry-After": "7" });
      response.end(JSON.stringify({ error_code: "SHOP.0500", message: "s3cr3t" }));
    });
    expect(assertContract(answer)).toMatchObject({ status, error_code: "SHOP.0500" });
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(answer.text).not.toContain("s3cr3t");
  });
});

describe.each(libraries.filter(({ name }) => name !== "http-proxy" && !name.endsWith("middleware 3")))(
  "$name on HTTP/2",
  (library) => {
    it.each([200, 404, 600, 99])("brings a %i to the client", async (status) => {
      const reply = `HTTP/1.1 ${String(status).padStart(3, "0")} OK\r\nSet-Cookie: a=1\r\nContent-Length: 4\r\n\r\ntext`;
      const upstream = createRawServer((socket) => socket.once("data", () => socket.end(reply))) as unknown as Server;
      await withServer(upstream, async (upstreamPort) => {
        const { web } = library.create(upstreamPort);
        const gateway = createHttp2Server(web as never).listen(0, "127.0.0.1");
        await once(gateway, "listening");
        const session = connectHttp2(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
        const stream = session.request({ ":path": "/orders" });
        const [head] = (await once(stream, "response")) as [Record<string, string>];
        const text = String(Buffer.concat(await stream.toArray()));
        expect(head[":status"]).toBe(status > 599 || status < 200 ? 502 : status);
        expect(head["set-cookie"]).toEqual(["a=1"]);
        if (status === 200) expect(text).toBe("text");
        else expect(JSON.parse(text)).toMatchObject({ status: head[":status"], instance: "/orders" });
        session.destroy();
        gateway.close();
      });
    });
  },
);

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  it("takes no longer to connect than for anything else", async () => {
    const upstream = await connecting.find(({ name }) => name === "connect timeout")!.start();
    const onError = vi.fn();
    const given = { settings: { proxyTimeout: scaled(300) }, options: { onError } };
    const bytes = await behind(library, upstream.url, given, (port) => exchange(port, request("GET /")));
    await upstream.close();
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
    expect(onError.mock.calls).toMatchObject([[{ proxyError: "connection_timeout" }, {}]]);
  });

  it("takes a handshake for part of connecting", async () => {
    const onError = vi.fn();
    const given = { settings: { proxyTimeout: scaled(300) }, options: { onError } };
    await withServer(createRawServer() as unknown as Server, (port) =>
      behind(library, `https://127.0.0.1:${port}`, given, (gateway) => exchange(gateway, request("GET /"))),
    );
    expect(onError.mock.calls).toMatchObject([[{ status: 504, proxyError: "connection_timeout" }, {}]]);
  });
});

const fetching: Create = (upstream) => {
  const options = { target: `http://127.0.0.1:${upstream}`, fetch } as never;
  const proxy = fgProxy(quiet).attach(httpProxy3v2.createProxyServer(options));
  return (incoming, response) => proxy.web(incoming, response);
};

it.each<[string, RequestListener, object]>([
  [
    "a success",
    (_request, response) => void response.writeHead(200, { "Content-Length": 5 }).end("plain"),
    { status: 200, text: "plain" },
  ],
  ["an error", (_request, response) => void response.writeHead(404, { "Content-Length": 6 }).end("s3cr3t"), { status: 404 }],
  ["a fault", (incoming) => void incoming.socket.destroy(), { status: 502 }],
])("http-proxy-3 that fetches: %s is answered", async (_what, upstream, expected) => {
  const answer = await through(fetching, upstream, "GET /");
  expect(answer).toMatchObject(expected);
  if (answer.status !== 200) assertContract(answer);
  expect(answer.text).not.toContain("s3cr3t");
});

it.each(["http-proxy", "http-proxy-3 2", "httpxy"])("%s that follows redirects: what it ends at is answered", async (name) => {
  const library = libraries.find((candidate) => candidate.name === name)!;
  const upstream: RequestListener = ({ url }, response) => {
    if (url === "/orders") response.writeHead(302, { Location: "/missing" }).end();
    else if (url === "/missing") response.writeHead(404, { "Content-Type": "text/plain" }).end("No such order");
  };
  const given = {
    settings: { followRedirects: true, changeOrigin: true, proxyTimeout: scaled(300) },
    options: { ...quiet, proxyName: "edge-1" },
  };
  await withServer(upstream, (upstreamPort) =>
    behind(library, upstreamPort, given, async (port) => {
      const missing = parseAnswer(await exchange(port, request("GET /orders")));
      expect(assertContract(missing)).toMatchObject({ status: 404, detail: "No such order", instance: "/orders" });
      expect(assertContract(parseAnswer(await exchange(port, request("GET /slow"))))).toMatchObject({ status: 504 });
    }),
  );
});

it.each(["http-proxy-middleware 3", "http-proxy-middleware 4"])("%s: its plugins come before what we send", async (name) => {
  const plugin = (proxy: { on: (event: string, listener: (reply: IncomingMessage) => unknown) => unknown }) =>
    proxy.on("proxyRes", (reply) => (reply.headers["x-plugin"] = "1"));
  const library = libraries.find((candidate) => candidate.name === name)!;
  const upstream: RequestListener = ({ url }, response) => void response.writeHead(url === "/" ? 200 : 404).end();
  await withServer(upstream, (upstreamPort) =>
    behind(library, upstreamPort, { settings: { plugins: [plugin] } }, async (port) => {
      for (const [path, status] of [
        ["/", 200],
        ["/missing", 404],
      ] as const) {
        const answer = parseAnswer(await exchange(port, request(`GET ${path}`)));
        expect([answer.status, answer.headers.get("x-plugin")]).toEqual([status, "1"]);
      }
    }),
  );
});

it("leaves a proxy without a target to whoever has called it", () => {
  const proxy = fgProxy(quiet).attach(httpProxy.createProxyServer());
  expect(() => proxy.web({} as never, {} as never)).toThrow("Must provide a proper URL as target");
});

it("throws at mount for a wrong option", () => {
  expect(() => fgProxy({ relayStatuses: ["x"] as never })).toThrow(
    new TypeError('fgProxy: option "relayStatuses" takes an array or set of statuses from 400 to 599'),
  );
});

it("its limit for error content is an option", async () => {
  const create: Create = (upstream) => {
    const options = { ...quiet, errorBodyLimit: 7 };
    return createProxyMiddleware({ target: `http://127.0.0.1:${upstream}`, ...fgProxy(options) }) as unknown as RequestListener;
  };
  const missing: RequestListener = (_request, response) =>
    void response.writeHead(404, { "Content-Type": "text/plain" }).end("No such order");
  expect(assertContract(await through(create, missing, "GET /"))).toMatchObject({ detail: "No such" });
});

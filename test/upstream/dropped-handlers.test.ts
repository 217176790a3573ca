// Handlers of fgProxy() that an application has replaced, with every library: one warning that names them, and none where all are registered.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { fgProxy } from "@fg-errors/core/proxy";
import { fgErrors as expressErrors } from "@fg-errors/express";
import { fgErrors } from "@fg-errors/koa";
import express from "express";
import httpProxy from "http-proxy";
import httpProxy3 from "http-proxy-3";
import httpProxy3v2 from "http-proxy-3v2";
import { createProxyMiddleware } from "http-proxy-middleware";
import { createProxyMiddleware as createProxyMiddleware2 } from "http-proxy-middleware2";
import { createProxyMiddleware as createProxyMiddleware4 } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import Koa from "koa";
import koaProxies from "koa-proxies";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";

const options = { onError() {} };

/** Node publishes the failures of requests from 20.20 on. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const hasErrorChannel = major > 20 || minor >= 20;

type Gateway = (settings: object) => RequestListener;

const libraries = {
  "http-proxy-middleware 2": (settings) =>
    express().use(createProxyMiddleware2({ logLevel: "silent", ...settings } as never)) as RequestListener,
  "http-proxy-middleware 3": (settings) => express().use(createProxyMiddleware(settings as never)) as RequestListener,
  "http-proxy-middleware 4": (settings) => express().use(createProxyMiddleware4(settings as never) as never) as RequestListener,
  "koa-proxies": (settings) =>
    new Koa()
      .use(fgErrors(options))
      .use(koaProxies("/", settings as never) as Koa.Middleware)
      .callback() as RequestListener,
  "http-proxy": web((settings) => httpProxy.createProxyServer(settings)),
  "http-proxy-3 1": web((settings) => httpProxy3.createProxyServer(settings as never) as never),
  "http-proxy-3 2": web((settings) => httpProxy3v2.createProxyServer(settings as never) as never),
  httpxy: web((settings) => createProxyServer(settings as never) as never),
} satisfies Record<string, Gateway>;

type Library = keyof typeof libraries;

interface ProxyServer {
  on(event: string, listener: (...args: never[]) => unknown): unknown;
  web(incoming: IncomingMessage, response: ServerResponse): unknown;
}

/** Makes a gateway of a proxy server, and attaches the handlers if the settings have our attach() under another name. */
function web(create: (settings: object) => ProxyServer): Gateway {
  return (settings) => {
    const { attachOf, ...others } = settings as { attachOf?: { attach: (server: ProxyServer) => unknown } };
    const proxy = create(others);
    attachOf?.attach(proxy);
    return (incoming, response) => {
      const result = proxy.web(incoming, response);
      if (result instanceof Promise) result.catch(() => response.end()); // httpxy, where nobody listens
    };
  };
}

/** Sends two requests through a gateway of the library, and gives the warnings. */
async function warnings(library: Library, settings: (target: string) => object, status = 404, path = "/"): Promise<string[]> {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const upstream: RequestListener = (_incoming, response) => void response.writeHead(status).end();
  await withServer(upstream, (port) =>
    withServer(libraries[library](settings(`http://127.0.0.1:${port}`)), async (at) => {
      await exchange(at, request(`GET ${path}`));
      await exchange(at, request("GET /"));
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return warn.mock.calls.map(([message]) => String(message)).filter((message) => message.includes("fgProxy()"));
}

const all = "the handlers of fgProxy() are not registered";
const one = (event: string) => `the handler of ${event} of fgProxy() is not registered`;
const two = (first: string, second: string) => `the handlers of ${first} and ${second} of fgProxy() are not registered`;

const handler = () => {};
const configured = (target: string) => fgProxy(options, { target });
const handlers = () => fgProxy(options).on;

describe("are warned of once", () => {
  const byMiddlewares: readonly [how: string, settings: (target: string) => object, message: string][] = [
    ["`on` behind the handlers", (target) => ({ target, ...fgProxy(options), on: { proxyReq: handler } }), all],
    ["`on` behind a configuration", (target) => ({ ...configured(target), on: { proxyReq: handler } }), all],
    ["an empty `on` behind a configuration", (target) => ({ ...configured(target), on: {} }), all],
    ["`on` and `plugins` behind a configuration", (target) => ({ ...configured(target), on: {}, plugins: [] }), all],
    [
      "a configuration, one of whose handlers is replaced",
      (target) => {
        const configuration = configured(target);
        return { ...configuration, on: { ...configuration.on, proxyRes: handler } };
      },
      one("proxyRes"),
    ],
    [
      "a configuration, of which one handler is left",
      (target) => {
        const configuration = configured(target);
        return { ...configuration, on: { error: configuration.on.error } };
      },
      two("proxyReq", "proxyRes"),
    ],
    ["our error handler alone", (target) => ({ target, on: { error: handlers().error } }), two("proxyReq", "proxyRes")],
    ["our handler of replies alone", (target) => ({ target, on: { proxyRes: handlers().proxyRes } }), two("proxyReq", "error")],
    ["proxyRes", (target) => ({ target, on: { ...handlers(), proxyRes: handler } }), one("proxyRes")],
    ["proxyReq", (target) => ({ target, on: { ...handlers(), proxyReq: handler } }), one("proxyReq")],
    [
      "all but start",
      (target) => ({ target, on: { ...handlers(), proxyReq: handler, proxyRes: handler, error: handler } }),
      two("proxyReq", "proxyRes"),
    ],
  ];

  describe.each(["http-proxy-middleware 3", "http-proxy-middleware 4"] as const)("with %s", (library) => {
    it.each(byMiddlewares)("%s", async (_how, settings, message) => expectOne(await warnings(library, settings), message));
  });

  it.each<[string, (target: string) => object, string]>([
    ["all members", (target) => ({ ...configured(target), onProxyReq: handler, onProxyRes: handler, onError: handler }), all],
    ["onProxyReq and onProxyRes", (target) => ({ ...configured(target), onProxyReq: handler, onProxyRes: handler }), all],
    ["onProxyReq", (target) => ({ ...configured(target), onProxyReq: handler }), one("proxyReq")],
    ["onProxyRes", (target) => ({ ...configured(target), onProxyRes: handler }), one("proxyRes")],
    ["handlers by an option that it does not know", (target) => ({ target, ...fgProxy(options) }), all],
  ])("with http-proxy-middleware 2: %s", async (_how, settings, message) =>
    expectOne(await warnings("http-proxy-middleware 2", settings), message),
  );

  it.each<[string, (target: string) => object, string]>([
    ["`events` behind a configuration", (target) => ({ ...configured(target), events: { proxyReq: handler } }), all],
    ["the handlers by another option", (target) => ({ target, ...fgProxy(options) }), all],
    [
      "our error handler alone",
      (target) => {
        const configuration = configured(target);
        return { ...configuration, events: { error: configuration.events.error } };
      },
      two("proxyReq", "proxyRes"),
    ],
    ["proxyRes", (target) => ({ target, events: { ...handlers(), proxyRes: handler } }), one("proxyRes")],
    ["proxyReq", (target) => ({ target, events: { ...handlers(), proxyReq: handler } }), one("proxyReq")],
  ])("with koa-proxies: %s", async (_how, settings, message) => expectOne(await warnings("koa-proxies", settings), message));

  it.each(["http-proxy", "http-proxy-3 1", "http-proxy-3 2", "httpxy"] as const)(
    "with %s: a configuration without attach()",
    async (library) => expectOne(await warnings(library, configured), all),
  );

  it.each<[Library, (target: string) => object]>([
    ["http-proxy-middleware 2", (target) => ({ ...configured(target), onError: end })],
    ["http-proxy-middleware 3", (target) => ({ target, on: { ...handlers(), error: end } })],
    [
      "http-proxy-middleware 4",
      (target) => {
        const configuration = configured(target);
        return { ...configuration, on: { ...configuration.on, error: end } };
      },
    ],
    ["koa-proxies", (target) => ({ target, events: { ...handlers(), error: end } })],
  ])("with %s: error", async (library, settings) => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const listener = libraries[library](settings(`http://127.0.0.1:${await closedPort()}`));
    await withServer(listener, (at) => exchange(at, request("GET /")));
    await eventually(() => expect(warn.mock.calls.map(String).join()).toContain(one("error")));
    const ours = warn.mock.calls.filter(([message]) => String(message).includes(one("error")));
    expect(ours).toHaveLength(1);
  });
});

it.runIf(hasErrorChannel)("are warned of where the first request fails", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const settings = {
    ...configured(`http://127.0.0.1:${await closedPort()}`),
    onProxyReq: handler,
    onProxyRes: handler,
    onError: end,
  };
  await withServer(libraries["http-proxy-middleware 2"](settings), (at) => exchange(at, request("GET /")));
  await eventually(() => expect(warn.mock.calls.map(String).join()).toContain(all));
});

function end(_error: unknown, _incoming: unknown, response: ServerResponse): void {
  response.end();
}

function expectOne(found: readonly string[], message: string): void {
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
  expect(found[0]).toContain("fgProxy(options, { target, on: { ... } })");
}

describe("are not warned of", () => {
  const attached = (target: string) => {
    const configuration = configured(target);
    return { ...configuration, attachOf: configuration };
  };

  it.each<[Library, string, (target: string) => object]>([
    ["http-proxy-middleware 2", "a configuration", configured],
    [
      "http-proxy-middleware 2",
      "members",
      (target) => {
        const { proxyReq, proxyRes, error } = handlers();
        return { target, onProxyReq: proxyReq, onProxyRes: proxyRes, onError: error };
      },
    ],
    ["http-proxy-middleware 3", "a configuration", configured],
    ["http-proxy-middleware 3", "a spread configuration", (target) => ({ ...configured(target), changeOrigin: true })],
    ["http-proxy-middleware 3", "spread handlers", (target) => ({ target, ...fgProxy(options) })],
    ["http-proxy-middleware 3", "a router", (target) => fgProxy(options, { router: () => target })],
    ["http-proxy-middleware 4", "a configuration", configured],
    ["http-proxy-middleware 4", "spread handlers", (target) => ({ target, ...fgProxy(options) })],
    ["koa-proxies", "a configuration", configured],
    ["koa-proxies", "handlers", (target) => ({ target, events: handlers() })],
    ["http-proxy", "a configuration", attached],
    ["http-proxy", "attach()", (target) => ({ target, attachOf: fgProxy(options) })],
    ["http-proxy-3 1", "a configuration", attached],
    ["http-proxy-3 2", "a configuration", attached],
    ["httpxy", "a configuration", attached],
  ])("with %s: %s", async (library, _how, settings) => {
    for (const status of [200, 302, 404]) expect(await warnings(library, settings, status)).toEqual([]);
  });

  it("before koa-proxies gets a request: it looks at the handlers only then", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const app = new Koa().use(koaProxies("/orders", { target: "http://127.0.0.1:1", events: handlers() }) as Koa.Middleware);
    await withServer(app.callback() as RequestListener, (at) => exchange(at, request("GET /")));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn).not.toHaveBeenCalled();
  });

  it("where a library gives an error to a callback, and fgErrors() answers it", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const proxy = fgProxy(options).attach(httpProxy.createProxyServer({ target: `http://127.0.0.1:${await closedPort()}` }));
    const app = express().use((incoming, response, next) => proxy.web(incoming, response, {}, next));
    app.use(expressErrors(options));
    await withServer(app as RequestListener, async (at) =>
      expect(assertContract(parseAnswer(await exchange(at, request("GET /"))))).toMatchObject({ status: 502 }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn).not.toHaveBeenCalled();
  });

  it("where a request goes to a mirror only", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const upstream: RequestListener = (_incoming, response) => void response.end();
    await withServer(upstream, async (port) => {
      const proxy = fgProxy(options).attach(httpProxy.createProxyServer({ forward: `http://127.0.0.1:${port}` }));
      const gateway = createServer((incoming, response) => proxy.web(incoming, response));
      await withServer(gateway, (at) => exchange(at, request("GET /")));
    });
    expect(warn).not.toHaveBeenCalled();
  });
});

it("the header fields of a configuration stay those that the application has set", async () => {
  const received: IncomingMessage["headers"][] = [];
  const upstream: RequestListener = ({ headers }, response) => {
    received.push(headers);
    response.end();
  };
  await withServer(upstream, async (port) => {
    const configuration = fgProxy(options, { target: `http://127.0.0.1:${port}`, headers: { "x-edge": "1" } });
    expect(configuration.headers).toEqual({ "x-edge": "1" });
    for (const library of ["http-proxy-middleware 2", "http-proxy-middleware 4", "koa-proxies"] as const)
      await withServer(libraries[library](configuration), (at) => exchange(at, request("GET /")));
  });
  expect(received.map((fields) => fields["x-edge"])).toEqual(["1", "1", "1"]);
});

afterEach(() => vi.restoreAllMocks());

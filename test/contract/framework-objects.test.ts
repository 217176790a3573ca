// What the operator gets besides the problem: the framework's own request and response, the error for a logger, and causes that can be read.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import { createResponder, problem, UpstreamError, type Problem, type ProblemContext } from "@fg-errors/core";
import { fgProxy } from "@fg-errors/core/proxy";
import { answer, meant } from "@fg-errors/core/adapter";
import { requestFacts } from "@fg-errors/core/hosts";
import { guardServer } from "@fg-errors/core/server";
import { relayResponse } from "@fg-errors/core/upstream";
import * as onExpress from "@fg-errors/express";
import { fgErrors as fgFunction } from "@fg-errors/functiongraph";
import * as onKoa from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import Koa2 from "koa2";
import { pinoHttp } from "pino-http";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../patience.js";
import { closedPort, exchange, request, withServer } from "../wire.js";

type Hook = (problem: Problem, context: ProblemContext) => void;

const paths = ["/throws", "/nowhere", "/replaced", "/begun"];

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  const appOf = (options: onExpress.ResponderOptions, seen: unknown[] = []) => {
    const app = framework();
    app.use((incoming, response, next) => {
      seen.push(incoming, response);
      Object.assign(incoming, { user: "ann" });
      next();
    });
    app.use("/replaced", onExpress.fgResponses(options), (_request, response) => void response.status(500).end("s3cr3t"));
    app.get("/throws", () => {
      throw new Error("the reason");
    });
    app.get("/begun", (_request, response) => {
      response.write("begun");
      throw new Error("the reason");
    });
    return app.use(onExpress.fgErrors(options));
  };

  it.each(paths)("gives onError, map and the channel its request and response: %s", async (path) => {
    const [onError, map, publish] = [vi.fn<Hook>(), vi.fn<Hook>(), vi.fn<(message: unknown) => void>()];
    const seen: unknown[] = [];
    subscribe("fg-errors:problem", publish);
    try {
      await withServer(appOf({ onError, map: map as never }, seen), (port) => exchange(port, request(`GET ${path}`)));
    } finally {
      unsubscribe("fg-errors:problem", publish);
    }
    const contexts = [
      onError.mock.lastCall![1],
      map.mock.lastCall![1],
      (publish.mock.lastCall![0] as { context: ProblemContext }).context,
    ];
    for (const { request: ofHook, response, ctx } of contexts) {
      expect(ofHook).toBe(seen[0]);
      expect(response).toBe(seen[1]);
      expect(ctx).toBeUndefined();
    }
    expect(() => JSON.stringify(contexts)).not.toThrow();
    expect(inspect(contexts, { depth: 8 })).not.toContain("IncomingMessage");
  });

  it("types them", () => {
    appOf({
      onError: (_problem, { request: ofHook }) => ofHook?.get("X-A"),
      map: (_problem, { response }) => void response?.locals,
    });
  });

  it.each([
    ["/throws", "the reason"],
    ["/replaced", "An error response with status 500 was replaced"],
    ["/begun", "the reason"],
  ])("lets pino-http log the error of %s", async (path, message) => {
    const lines: string[] = [];
    const log = new PassThrough().on("data", (line) => void lines.push(String(line)));
    const app = framework();
    app.use(pinoHttp({}, log) as express.RequestHandler, appOf({ onError() {} }));
    await withServer(app, (port) => exchange(port, request(`GET ${path}`)));
    await eventually(() => expect(lines).toHaveLength(1));
    expect(JSON.parse(lines[0]!)).toMatchObject({ err: { message: expect.stringContaining(message) as string } });
  });

  it("keeps a response.err that the application has set, and sets none below 500", async () => {
    const errors: unknown[] = [];
    const app = framework();
    app.use((_request, response, next) => {
      response.on("close", () => errors.push((response as { err?: unknown }).err));
      next();
    });
    const own = new Error("own");
    app.get("/own", (_request, response) => {
      Object.assign(response, { err: own });
      throw new Error("x");
    });
    app.get("/text", (_request, _response, next) => next("text"));
    app.use(onExpress.fgErrors({ onError() {} }));
    await withServer(app, async (port) => {
      for (const path of ["/own", "/nowhere", "/text"]) await exchange(port, request(`GET ${path}`));
    });
    await eventually(() => expect(errors).toHaveLength(3));
    expect(errors.slice(0, 2)).toEqual([own, undefined]);
    expect(errors[2]).toMatchObject({ cause: "text" });
  });
});

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  const appOf = (options: onKoa.ResponderOptions, seen: Koa.Context[] = [], before: readonly Koa.Middleware[] = []) => {
    const app = new Framework().on("error", () => {}) as Koa;
    for (const each of before) app.use(each);
    app.use(onKoa.fgErrors(options));
    app.use((ctx, next) => {
      seen.push(ctx);
      return next();
    });
    app.use(onKoa.fgResponses(options));
    app.use((ctx) => {
      if (ctx.path === "/throws") throw new Error("the reason");
      if (ctx.path === "/replaced") ctx.res.writeHead(500).end("s3cr3t");
      if (ctx.path === "/begun") {
        ctx.res.writeHead(200).write("begun");
        throw new Error("the reason");
      }
    });
    return app;
  };

  it.each(paths)("gives onError and map its request, response and context: %s", async (path) => {
    const [onError, map] = [vi.fn<Hook>(), vi.fn<Hook>()];
    const seen: Koa.Context[] = [];
    await withServer(appOf({ onError, map: map as never }, seen).callback(), (port) => exchange(port, request(`GET ${path}`)));
    for (const [, context] of [onError.mock.lastCall!, map.mock.lastCall!]) {
      const { request: ofHook, response, ctx } = context;
      expect(ofHook).toBe(seen[0]!.request);
      expect(response).toBe(seen[0]!.response);
      expect(ctx).toBe(seen[0]);
      expect(() => JSON.stringify(context)).not.toThrow();
    }
  });

  it("types them", () => {
    appOf({ onError: (_problem, { request: ofHook, ctx }) => [ofHook?.ctx.state, ctx?.state, ofHook?.ip] });
  });

  it.each([
    ["/throws", "the reason"],
    ["/replaced", "An error response with status 500 was replaced"],
    ["/begun", "the reason"],
  ])("lets pino-http log the error of %s", async (path, message) => {
    const lines: string[] = [];
    const log = new PassThrough().on("data", (line) => void lines.push(String(line)));
    const logger = pinoHttp({}, log);
    const logging: Koa.Middleware = (ctx, next) => {
      logger(ctx.req, ctx.res);
      return next();
    };
    await withServer(appOf({ onError() {} }, [], [logging]).callback(), (port) => exchange(port, request(`GET ${path}`)));
    await eventually(() => expect(lines).toHaveLength(1));
    expect(JSON.parse(lines[0]!)).toMatchObject({ err: { message: expect.stringContaining(message) as string } });
  });
});

describe("other hosts", () => {
  it("fgProxy() gives the request and the response of node:http", async () => {
    const onError = vi.fn<Hook>();
    const seen: unknown[] = [];
    const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${await closedPort()}`, ...fgProxy({ onError }) });
    const gateway = createServer((incoming, response) => {
      seen.push(incoming, response);
      void proxy(incoming as never, response as never);
    });
    await withServer(gateway, (port) => exchange(port, request("GET /")));
    const [, { request: ofHook, response }] = onError.mock.lastCall!;
    expect([ofHook, response]).toEqual(seen);
  });

  it("guardServer() gives a request where there is one", async () => {
    const onError = vi.fn<Hook>();
    const server = guardServer(createServer(), { onError });
    await withServer(server, async (port) => {
      await exchange(port, request("POST /a", { Expect: "other" }, "content"));
      await exchange(port, request("CONNECT a:1"));
      await exchange(port, "no HTTP\r\n\r\n");
    });
    const [known, tunnel, unknown] = onError.mock.calls.map(([, context]) => context);
    expect(known!.request).toMatchObject({ method: "POST", url: "/a" });
    expect(known!.response).toBeInstanceOf(ServerResponse);
    expect(tunnel!.request).toMatchObject({ method: "CONNECT", url: "a:1" });
    expect(tunnel!.response).toBeUndefined();
    expect(unknown!.request).toBeUndefined();
    expect(unknown!.response).toBeUndefined();
  });

  it("relayResponse() gives the fetch Request, a function its event and context", async () => {
    const onError = vi.fn<Hook>();
    const incoming = new Request("http://gateway.example/a");
    await relayResponse(Promise.reject(new Error("x")), incoming, { onError });
    expect(onError.mock.lastCall![1].request).toBe(incoming);
    const [event, context] = [{ path: "/a" }, { getRequestID: () => "a1" }];
    const run = fgFunction(() => Promise.reject(new Error("x")), { onError });
    await run(event as never, context as never);
    expect(onError.mock.lastCall![1]).toMatchObject({ requestId: "a1" });
    expect(onError.mock.lastCall![1].request).toBe(event);
    expect(onError.mock.lastCall![1].ctx).toBe(context);
  });
});

it.each<[string, () => unknown, RegExp]>([
  ["an unmatched route", () => undefined, /^\{ name: 'UnmatchedRequest', message: 'No route matches the path' \}$/],
  ["a ProblemError", () => problem(404, "No order"), /^\[ProblemError: No order\]/],
  ["an UpstreamError", () => new UpstreamError({ status: 502 }, undefined, false), /^\[UpstreamError: The upstream/],
])("logs the cause of %s without a symbol", async (_what, thrown, form) => {
  const onError = vi.fn<Hook>();
  const app = express();
  app.use((_request, _response, next) => next(thrown()));
  app.use(onExpress.fgErrors({ onError }));
  await withServer(app, (port) => exchange(port, request("GET /")));
  const { cause } = onError.mock.lastCall![0];
  expect(inspect(cause)).toMatch(form);
  expect(inspect(cause)).not.toContain("Symbol(");
});

it.each([
  ["the error", problem(409, "Paid", { code: "ORDER.0409" })],
  ["what an adapter means", meant({ status: 409, detail: "Paid", code: "ORDER.0409" })],
])("leaves the finding to a value that wraps %s, or inherits from it", (_what, thrown: object) => {
  const respond = createResponder();
  for (const value of [thrown, new Proxy(thrown, {}), Object.create(thrown) as object])
    expect(JSON.parse(respond(value, { headers: {} }).body)).toMatchObject({ detail: "Paid", error_code: "ORDER.0409" });
});

it("answers whatever the members of a connection and a response do", async () => {
  const errors: unknown[] = [];
  const thrown = problem(503, "Later");
  const server = createServer((incoming, response) => {
    const { socket } = incoming;
    const hostile = new Proxy(socket, {
      get(target, name) {
        if (name === "errored") throw new Error("no");
        return Reflect.get(target, name, target) as unknown;
      },
    });
    Object.defineProperty(incoming, "socket", { value: hostile });
    Object.setPrototypeOf(response, Object.create(ServerResponse.prototype, { err: { get: () => undefined, set: () => {} } }));
    answer(createResponder(), thrown, incoming, response);
    errors.push((response as { err?: unknown }).err);
  });
  await withServer(server, async (port) => {
    expect(await exchange(port, request("GET /"))).toContain("HTTP/1.1 503 ");
  });
  expect(errors).toEqual([thrown]);
});

it("requestFacts() takes each fact that the host knows better", async () => {
  const facts = {
    headers: { a: "1" },
    method: "GET",
    url: "/own",
    complete: true,
    aborted: true,
    requestId: "a1",
    draftRequestId: "b2",
    origin: "inbound",
    responseHeaders: { b: "2" },
    responseStatus: 418,
    allow: () => [],
    request: 1,
    response: 2,
    ctx: 3,
  } as const;
  const read: (typeof facts | undefined)[] = [];
  const server = createServer((incoming, response) => {
    read.push(requestFacts(undefined, incoming, response, facts) as never, requestFacts(undefined, incoming, response) as never);
    response.end();
  });
  await withServer(server, (port) => exchange(port, request("POST /a")));
  for (const [name, value] of Object.entries(facts)) {
    expect(read[0]![name as keyof typeof facts], name).toBe(value);
    expect(read[1]![name as keyof typeof facts], name).not.toBe(value);
  }
});

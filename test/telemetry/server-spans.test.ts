// Spans that the real instrumentations make of node:http, Express and Koa: a problem is on the server's one.
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createResponder, problem, type ResponderOptions } from "@fg-errors/core";
import { answer } from "@fg-errors/core/hosts";
import { fgErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as functionErrors } from "@fg-errors/functiongraph";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import { openTelemetry, type OpenTelemetrySpan } from "@fg-errors/telemetry";
import * as api from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { createProxyMiddleware } from "http-proxy-middleware";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closedPort, exchange, request, withServer } from "../wire.js";
import { childrenOf, frameworks, serverSpanFor } from "./otel-sdk.js";

type Fail = (response: ServerResponse) => unknown;

const options: ResponderOptions = { onError() {} };

/** Each framework, and an application of it in which a middleware with a span of its own calls what fails. */
const gateways: readonly [name: string, create: (fail: Fail) => RequestListener][] = [
  ["Express 5", (fail) => expressApp("express5", fail)],
  ["Express 4", (fail) => expressApp("express4", fail)],
  ["Koa 3", (fail) => koaApp("koa3", fail)],
  ["Koa 2", (fail) => koaApp("koa2", fail)],
];

function expressApp(name: "express4" | "express5", fail: Fail): RequestListener {
  const app = frameworks[name]();
  app.use((_request, response, next) => {
    Promise.resolve(response)
      .then(fail)
      .catch((thrown: unknown) => {
        activeNames.push(nameOf(api.trace.getActiveSpan()));
        next(thrown);
      });
  });
  return app.use(fgErrors(options)) as unknown as RequestListener;
}

function koaApp(name: "koa2" | "koa3", fail: Fail): RequestListener {
  const app = new frameworks[name]();
  app.on("error", () => {});
  app.use(koaErrors(options)).use(async (ctx) => {
    activeNames.push(nameOf(api.trace.getActiveSpan()));
    await fail(ctx.res);
  });
  return app.callback() as RequestListener;
}

const activeNames: (string | undefined)[] = [];
const nameOf = (span: unknown) => (span as ReadableSpan | undefined)?.name;

/** Answers one request, and gives the server's span for it. */
async function spanOf(create: (fail: Fail) => RequestListener, fail: Fail): Promise<ReadableSpan> {
  const path = `/${crypto.randomUUID()}`;
  await withServer(create(fail), (port) => exchange(port, request(`GET ${path}`)));
  return serverSpanFor(path);
}

let stop: () => void;
beforeAll(() => void (stop = openTelemetry(api)));
afterAll(() => stop());

describe.each(gateways)("%s", (_name, create) => {
  const thrower = (thrown: unknown) => () => {
    throw thrown;
  };

  it("has a 5xx on the server's span, with its type, its status and its cause", async () => {
    activeNames.length = 0;
    const span = await spanOf(create, thrower(new TypeError("no such column", { cause: new Error("from the driver") })));
    expect(span.status).toEqual({ code: api.SpanStatusCode.ERROR, message: "no such column" });
    expect(span.attributes).toMatchObject({
      "error.type": "FSS.0500",
      "fg_errors.code": "FSS.0500",
      "fg_errors.request_id": expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      "fg_errors.response_started": false,
      "fg_errors.status": 500,
      "http.response.status_code": 500,
    });
    const [event, ...others] = span.events;
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      name: "exception",
      attributes: { "exception.type": "TypeError", "exception.message": "no such column" },
    });
    expect(event!.attributes!["exception.stacktrace"]).toMatch(
      /^TypeError: no such column\n {4}at [^]*caused by Error: from the driver/,
    );
    expect(activeNames).toEqual([expect.stringMatching(/^middleware/)]);
    for (const child of childrenOf(span)) expect(Object.keys(child.attributes).join()).not.toContain("fg_errors");
  });

  it("has a 4xx as attributes alone", async () => {
    const span = await spanOf(create, thrower(problem(409, "Already paid.", { code: "UP.17" })));
    expect(span.status).toEqual({ code: api.SpanStatusCode.UNSET });
    expect(span.events).toEqual([]);
    expect(span.attributes).toMatchObject({ "fg_errors.code": "UP.17", "fg_errors.status": 409, "fg_errors.type": "409" });
    expect(span.attributes).not.toHaveProperty(["error.type"]);
  });

  it("has a folded status, and the one before", async () => {
    const span = await spanOf(create, thrower(problem(429, "Slow down.")));
    expect(span.attributes).toMatchObject({
      "fg_errors.status": 503,
      "fg_errors.received_status": 429,
      "error.type": "FSS.0503",
    });
  });

  it("has an announced 503 without its cause", async () => {
    const span = await spanOf(create, thrower(problem(503, "Closed.", { routine: true, cause: new Error("planned") })));
    expect(span.status.code).toBe(api.SpanStatusCode.ERROR);
    expect(span.events).toEqual([]);
  });

  it("has a response that was cut as an error, though its status was 200", async () => {
    const span = await spanOf(create, (response) => {
      response.statusCode = 200;
      response.write("a part");
      throw new Error("the rest is missing");
    });
    expect(span.status).toEqual({ code: api.SpanStatusCode.ERROR, message: "the rest is missing" });
    expect(span.attributes).toMatchObject({ "fg_errors.response_started": true, "http.response.status_code": 200 });
  });
});

it("has the type of an upstream fault", async () => {
  const port = await closedPort();
  const app = frameworks.express5().use(createProxyMiddleware(fgProxy(options, { target: `http://127.0.0.1:${port}` })));
  const span = await spanOf(
    () => app as unknown as RequestListener,
    () => {},
  );
  expect(span.attributes).toMatchObject({
    "error.type": "connection_refused",
    "fg_errors.proxy_error": "connection_refused",
    "fg_errors.code": "FSS.0502",
  });
  expect(childrenOf(span).map(({ name }) => name)).toContain("middleware - <anonymous>");
});

it("exports no secret of a cause", async () => {
  const config = { headers: { Authorization: "Bearer s3cr3t" }, data: "s3cr3t" };
  const message = "GET https://shop:s3cr3t@orders.example/?key=s3cr3t failed; Authorization: Bearer s3cr3t1; password=s3cr3t";
  const cause = Object.assign(new Error("postgres://shop:s3cr3t@db/orders refused"), { config });
  const span = await spanOf(gateways[0]![1], () => {
    throw Object.assign(new Error(message, { cause }), { config });
  });
  expect(span.events).toHaveLength(1);
  expect(JSON.stringify([span.events, span.attributes, span.status])).not.toContain("s3cr3t");
  expect(span.events[0]!.attributes!["exception.message"]).toContain("orders.example/?[redacted] failed");
});

it("has it on the span of the request that failed, whatever request is active", async () => {
  const respond = createResponder(options);
  const arrived = new EventEmitter();
  let first: [IncomingMessage, ServerResponse];
  const server = createServer((request_, response) => {
    if (request_.url === "/first") {
      first = [request_, response];
      return void arrived.emit("first");
    }
    answer(respond, new Error("a shared socket broke"), ...first);
    response.end();
  });
  await withServer(server, async (port) => {
    const [answered] = [exchange(port, request("GET /first")), await once(arrived, "first")];
    await exchange(port, request("GET /second"));
    expect(await answered).toMatch(/^HTTP\/1\.1 500 /);
  });
  expect((await serverSpanFor("/first")).attributes).toMatchObject({ "error.type": "FSS.0500" });
  const second = await serverSpanFor("/second");
  expect([second.status.code, second.attributes["error.type"]]).toEqual([api.SpanStatusCode.UNSET, undefined]);
});

it("has it on the server's span where no node:http request is known", async () => {
  const respond = createResponder(options);
  const app = frameworks.express5().use((request_, response) => {
    const { status, headers, body } = respond(new Error("x"), { headers: request_.headers, request: new Request("http://a/") });
    response.writeHead(status, headers).end(body);
  });
  const span = await spanOf(
    () => app as unknown as RequestListener,
    () => {},
  );
  expect(span.attributes["error.type"]).toBe("FSS.0500");
  expect(childrenOf(span).map(({ attributes }) => attributes["error.type"])).toEqual([undefined]);
});

it("has it on the span of a Koa request, whose context knows the one of node:http", async () => {
  const app = new frameworks.koa3().on("error", () => {});
  app.use((ctx) => {
    const facts = { headers: ctx.headers, request: ctx.request, response: ctx.response, ctx };
    api.context.with(api.ROOT_CONTEXT, () => createResponder(options)(new Error("x"), facts));
    ctx.status = 500;
  });
  const span = await spanOf(
    () => app.callback() as RequestListener,
    () => {},
  );
  expect(span.attributes["error.type"]).toBe("FSS.0500");
});

it("has it on the active span of a function", async () => {
  const handler = functionErrors(() => Promise.reject(new Error("x")), options);
  const span = await api.trace.getTracer("test").startActiveSpan("invocation", async (active) => {
    await handler({ path: "/orders/17", httpMethod: "GET", headers: {} } as never, {} as never);
    return active;
  });
  span.end();
  expect((span as unknown as ReadableSpan).attributes).toMatchObject({ "error.type": "FSS.0500" });
});

it("leaves a span alone that is not recorded", () => {
  const calls: string[] = [];
  const note = (name: string) => () => void calls.push(name);
  const span = { ...methods(note), isRecording: () => false } as unknown as OpenTelemetrySpan;
  stop();
  const end = openTelemetry(api, { span: () => span });
  createResponder(options)(new Error("x"), { headers: {} });
  end();
  stop = openTelemetry(api);
  expect(calls).toEqual([]);
});

const methods = (note: (name: string) => () => void) =>
  Object.fromEntries(["setAttributes", "setStatus", "recordException", "end"].map((name) => [name, note(name)]));

it("has it on the active span where there is no server's, or on the span that an option gives", () => {
  const tracer = api.trace.getTracer("test");
  const seen = (span: api.Span) => (span as unknown as ReadableSpan).attributes["error.type"];
  const fail = () => void createResponder(options)(new Error("x"), { headers: {} });
  const active = tracer.startActiveSpan("active", (span) => (fail(), span));
  expect(seen(active)).toBe("FSS.0500");
  stop();
  const own = tracer.startSpan("own");
  const end = openTelemetry(api, { span: ({ facts }) => (facts.headers["x"] ? undefined : (own as OpenTelemetrySpan)) });
  const child = tracer.startActiveSpan("child", (span) => (fail(), span));
  end();
  stop = openTelemetry(api);
  expect([seen(own), seen(child)]).toEqual(["FSS.0500", undefined]);
  active.end();
  expect(() => api.trace.getTracer("test").startActiveSpan("ended", (span) => (span.end(), fail(), span))).not.toThrow();
});

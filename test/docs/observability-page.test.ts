// Each example of docs/observability.md and of packages/telemetry/README.md with the real libraries; their tables and queries.
import { Writable } from "node:stream";
import { functionGraph, problem } from "@fg-errors/core";
import * as express from "@fg-errors/express";
import { openTelemetry, prometheus, type OpenTelemetryOptions } from "@fg-errors/telemetry";
import * as api from "@opentelemetry/api";
import * as apiLogs from "@opentelemetry/api-logs";
import { parser } from "@prometheus-io/lezer-promql";
import * as Sentry from "@sentry/node";
import morgan from "morgan";
import pino from "pino";
import * as pinoHttp from "pino-http";
import client from "prom-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import winston from "winston";
import { shop } from "../catalogue/shop.js";
import { frameworks, logExporter, problemPoints, serverSpanFor, startMetrics } from "../telemetry/otel-sdk.js";
import { exchange, request, withServer } from "../wire.js";
import { evaluateAsync } from "./evaluate.js";
import { block, codes, read, table } from "./markdown.js";

const page = read("docs/observability.md");
const readme = read("packages/telemetry/README.md");

/** @opentelemetry/api with a `trace` of its own, so that no subscription of another example counts as this one's. */
const ownApi = () => ({ ...api, trace: { getSpan: api.trace.getSpan, setSpan: api.trace.setSpan } });

const modules = () => ({
  "@opentelemetry/api": ownApi(),
  "@opentelemetry/api-logs": apiLogs,
  "@sentry/node": Sentry,
  morgan: { default: morgan },
  pino: { default: pino },
  "pino-http": pinoHttp,
  "prom-client": { default: client },
  winston: { default: winston },
});

/** Runs an example in an application, in front of routes that fail, and sends a request for each path. */
async function runExample(text: string, example: string, scope: object, ...paths: readonly string[]): Promise<void> {
  const app = frameworks.express5();
  const { fgErrors } = express;
  const code = block(text, `example: ${example}`);
  const own = code.includes("app.use(fgErrors(");
  const routes = () => {
    app.get("/:id/broken", () => {
      throw Object.assign(new TypeError("no column"), { password: "s3cr3t" });
    });
    app.get("/:id/stock", () => {
      throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
    });
    app.get("/:id/announced", () => {
      throw problem(503, "Closed.", { routine: true });
    });
  };
  // an example that has both mounts fgErrors() last, so the routes go in front of it
  const [before, after] = own ? code.split(/^(?=app\.use\(fgErrors\()/m) : [code, ""];
  await evaluateAsync(`${before!}\nroutes();\n${after!}`, "0", { app, fgErrors, shop, routes, ...scope }, modules());
  if (!own) app.use(fgErrors({ contract: shop, onError() {} }));
  await withServer(app as never, async (port) => {
    for (const path of paths) await exchange(port, request(`GET ${path}`));
  });
}

/** A stream that keeps what is written, line by line. */
function linesOf() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...String(chunk).trim().split("\n"));
      done();
    },
  });
  return { lines, stream, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const stderr: string[] = [];
beforeEach(() => {
  stderr.length = 0;
  client.register.clear();
  vi.spyOn(process.stderr, "write").mockImplementation((text) => stderr.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

describe("OpenTelemetry", () => {
  it("starts with one line, for a contract", async () => {
    await runExample(page, "opentelemetry", {}, "/otel/stock", "/otel/broken");
    const [stock, broken] = await Promise.all([serverSpanFor("/otel/stock"), serverSpanFor("/otel/broken")]);
    expect(stock.attributes).toMatchObject({ "fg_errors.type": "SHOP.1001", "fg_errors.status": 409 });
    expect(broken.attributes).toMatchObject({ "error.type": "SHOP.0500" });
  });

  it("has exceptions as log records", async () => {
    logExporter.reset();
    await runExample(page, "logs", {}, "/logs/broken");
    const { events } = await serverSpanFor("/logs/broken");
    expect(logExporter.getFinishedLogRecords()).toMatchObject([{ eventName: "http.server.request.exception" }]);
    expect(page).toContain("event name `http.server.request.exception`, severity ERROR");
    expect(events.filter(({ name }) => name === "exception").length).toBeLessThanOrEqual(1); // that of the example before
  });

  it("has the attributes that the page lists", async () => {
    startMetrics();
    const stop = openTelemetry(ownApi(), { contract: functionGraph });
    const app = frameworks.express5();
    app.get("/attributes/all", (_request, _response, next) => next(problem(429, "x")));
    app.get("/attributes/upstream", () => {
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
    });
    app.get("/attributes/reply", (_request, response, next) => {
      express.relay(response, new Response("{}", { status: 418 }), { onError() {} }).catch(next);
    });
    app.use(express.fgErrors({ onError() {} }));
    await withServer(app as never, async (port) => {
      for (const path of ["all", "upstream", "reply"]) await exchange(port, request(`GET /attributes/${path}`));
    });
    stop();
    const spans = await Promise.all(["all", "upstream", "reply"].map((path) => serverSpanFor(`/attributes/${path}`)));
    const found = new Map<string, number>();
    for (const { attributes } of spans)
      for (const name of Object.keys(attributes)) if (/^fg_errors|^error/.test(name)) found.set(name, (found.get(name) ?? 0) + 1);
    const rows = table(page, "attributes").map(([name, , when]) => [codes(name!)[0]!, when!] as const);
    expect(rows.map(([name]) => name).toSorted()).toEqual([...found.keys()].toSorted());
    for (const [name, when] of rows) expect(found.get(name) === spans.length, name).toBe(when === "always");
    const [, listed] = /The counter `fg_errors\.problems` has the attributes (.+?) and (`.+?`)\./.exec(page)!;
    const [point] = await problemPoints();
    expect(Object.keys(point!.attributes).toSorted()).toEqual([...codes(listed!), "http.request.method"].toSorted());
  });
});

describe("Prometheus", () => {
  it("is counted, and served", async () => {
    const app = frameworks.express5();
    await evaluateAsync(block(page, "example: prometheus"), "0", { app, shop }, modules());
    app.get("/broken", () => {
      throw new Error("x");
    });
    app.use(express.fgErrors({ contract: shop, onError() {} }));
    await withServer(app as never, async (port) => {
      await exchange(port, request("GET /broken"));
      const metrics = await exchange(port, request("GET /metrics"));
      expect(metrics).toContain('\nfg_errors_problems_total{status="500",type="SHOP.0500",started="false"} 1\n');
    });
    const { labelNames } = client.register.getSingleMetric("fg_errors_problems_total") as unknown as { labelNames: string[] };
    expect(table(page, "labels").map(([label]) => codes(label!)[0])).toEqual(labelNames);
  });

  it.each(["queries", "alerts"])("has valid %s, of metrics and labels that there are", (mark) => {
    const queries = block(page, mark)
      .split(/^# .+\n/m)
      .filter(Boolean);
    expect(queries.length).toBeGreaterThan(1);
    for (const query of queries) {
      const names: Record<string, string[]> = {};
      parser.parse(query).iterate({
        enter({ type, from, to }) {
          expect(type.isError, query).toBe(false);
          (names[type.name] ??= []).push(query.slice(from, to));
        },
      });
      for (const name of names["Identifier"]!)
        expect(["fg_errors_problems_total", "http_server_request_duration_seconds_count"]).toContain(name);
      for (const name of names["LabelName"] ?? []) expect(["status", "type", "started"]).toContain(name);
    }
  });
});

describe("the recipes", () => {
  it("pino: one record for each problem, without secrets", async () => {
    const { stream, records } = linesOf();
    await runExample(page, "pino", { destination: stream }, "/pino/broken", "/pino/stock", "/pino/announced");
    expect(records()).toMatchObject([
      {
        level: 50,
        msg: "Internal Server Error",
        instance: "/pino/broken",
        problem: { code: "FSS.0500", cause: { type: "TypeError" } },
      },
      { level: 30, msg: "Out of stock", problem: { code: "SHOP.1001" } },
      { level: 30, problem: { status: 503, routine: true } },
    ]);
    expect(JSON.stringify(records())).not.toContain("s3cr3t");
    expect(stderr).toEqual([]);
  });

  it("pino-http: one record for each request, with the code and the cause of a 5xx", async () => {
    const { stream, records } = linesOf();
    await runExample(page, "pino-http", { logger: pino(stream) }, "/http/broken", "/http/stock");
    expect(records()).toMatchObject([
      { level: 50, code: "FSS.0500", err: { type: "TypeError", message: "no column" } },
      { level: 30, code: "SHOP.1001" },
    ]);
    expect(JSON.stringify(records())).not.toContain("s3cr3t");
  });

  it("winston: one record for a 5xx", async () => {
    const { stream, records } = linesOf();
    const transports = [new winston.transports.Stream({ stream })];
    await runExample(page, "winston", { transports }, "/winston/broken", "/winston/stock", "/winston/announced");
    expect(records()).toMatchObject([
      { level: "error", message: "Internal Server Error", problem: { cause: { message: "no column" } } },
    ]);
    expect(JSON.stringify(records())).not.toContain("s3cr3t");
  });

  it("morgan: one line for each request, and a 5xx on stderr", async () => {
    const { stream, lines } = linesOf();
    await runExample(page, "morgan", { stream }, "/morgan/broken", "/morgan/stock");
    expect(lines).toEqual([
      expect.stringMatching(/^GET 500 FSS\.0500 [\d.]+ ms$/),
      expect.stringMatching(/^GET 409 SHOP\.1001 [\d.]+ ms$/),
    ]);
    expect(stderr.join("")).toMatch(/^fg-errors: 500 FSS\.0500 GET \/morgan\/broken /);
  });

  it("Sentry: an event for a 5xx that was not announced, with its cause", async () => {
    const envelopes: string[] = [];
    Sentry.init({
      dsn: "https://key@sentry.invalid/1",
      defaultIntegrations: false,
      integrations: [Sentry.linkedErrorsIntegration()],
      skipOpenTelemetrySetup: true,
      transport: (options) =>
        Sentry.createTransport(options, ({ body }) => {
          envelopes.push(String(body));
          return Promise.resolve({ statusCode: 200 });
        }),
    });
    await runExample(page, "sentry", {}, "/sentry/broken", "/sentry/stock", "/sentry/announced");
    await Sentry.close();
    const items = envelopes.flatMap((text) => text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>));
    const events = items.filter((item) => "exception" in item);
    expect(events).toMatchObject([
      {
        exception: { values: [{ type: "TypeError", value: "no column" }] },
        tags: { code: "FSS.0500", status: 500, response_started: false },
        contexts: { problem: { title: "Internal Server Error", instance: "/sentry/broken" } },
      },
    ]);
    expect(JSON.stringify(items)).not.toContain("s3cr3t");
    expect(stderr).toEqual([]);
  });
});

describe("packages/telemetry/README.md", () => {
  it("starts both", async () => {
    await runExample(readme, "start", {}, "/start/stock");
    expect((await serverSpanFor("/start/stock")).attributes).toMatchObject({ "fg_errors.type": "SHOP.1001" });
    expect(await client.register.metrics()).toContain('{status="409",type="SHOP.1001",started="false"} 1');
  });

  it("lists the options", () => {
    const listed = (of: string) =>
      table(readme, "options").flatMap(([option, functions]) => (functions!.includes(of) ? codes(option!) : []));
    const named = (call: () => unknown) => {
      try {
        return String(call());
      } catch (error) {
        return (error as Error).message.split("the options are ")[1]!.split(", ").toSorted();
      }
    };
    expect(listed("openTelemetry").toSorted()).toEqual(named(() => openTelemetry(api, { x: 1 } as OpenTelemetryOptions)));
    expect(listed("prometheus").toSorted()).toEqual(named(() => prometheus(client, { x: 1 } as object)));
  });
});

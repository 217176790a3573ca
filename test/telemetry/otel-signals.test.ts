// The other signals of OpenTelemetry: the counter, and exceptions as log records. And an SDK that fails.
import { createResponder, defineContract, functionGraph, problem } from "@fg-errors/core";
import { openTelemetry, type LogsApi, type OpenTelemetryApi, type OpenTelemetryOptions } from "@fg-errors/telemetry";
import * as api from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { shop } from "../catalogue/shop.js";
import { hosts } from "../hosts.js";
import { exchange, request, withServer } from "../wire.js";
import { logExporter, problemPoints, startMetrics } from "./otel-sdk.js";

const respond = createResponder({ contract: shop, onError() {} });
const fail = (thrown: unknown, method = "GET") => respond(thrown, { headers: {}, method });

/** Runs an act with telemetry. */
function observed<R>(act: () => R, options: OpenTelemetryOptions = {}, given: OpenTelemetryApi = api): R {
  const stop = openTelemetry(given, options);
  try {
    return act();
  } finally {
    stop();
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("the counter fg_errors.problems", () => {
  it("counts from the time when the SDK's metrics start, with few values", async () => {
    const stop = openTelemetry(api, { contract: [functionGraph, shop] });
    fail(new Error("before"));
    startMetrics();
    fail(new Error("x"));
    fail(shop.problems.outOfStock({ sku: "A-1", left: 2 }), "BREW");
    for (let at = 0; at < 300; at++) fail(problem(409, "x", { code: `UP.${at}` }), `M${at}`);
    stop();
    fail(new Error("after"));
    const points = await problemPoints();
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [pointOf("SHOP.0500", 500, "GET"), 1],
      [pointOf("SHOP.1001", 409, "_OTHER"), 1],
      [pointOf("409", 409, "_OTHER"), 300],
    ]);
  });

  it("counts a problem once, however often telemetry is started, with the codes of every contract", async () => {
    const cart = defineContract(functionGraph, { service: "CART", types: "urn:cart:", problems: {} });
    const stops = [openTelemetry(api), openTelemetry(api, { contract: shop }), openTelemetry(api, { contract: cart })];
    const method = "TRACE";
    const count = async () => {
      fail(problem(404, "x"), method);
      fail(problem(404, "x", { code: "CART.0404" }), method);
      const points = (await problemPoints()).filter(({ attributes }) => attributes["http.request.method"] === method);
      return Object.fromEntries(points.map(({ attributes, value }) => [attributes["error.type"], value]));
    };
    expect(await count()).toEqual({ "SHOP.0404": 1, "CART.0404": 1 });
    stops[2]!();
    stops[2]!();
    expect(await count()).toEqual({ "SHOP.0404": 2, "CART.0404": 1, "404": 1 });
    stops[0]!();
    stops[1]!();
    expect(await count()).toEqual({ "SHOP.0404": 2, "CART.0404": 1, "404": 1 });
  });

  const pointOf = (type: string, status: number, method: string) => ({
    "error.type": type,
    "fg_errors.status": status,
    "fg_errors.response_started": false,
    "http.request.method": method,
  });
});

describe("exceptions", () => {
  /** Fails within a span, and gives the exceptions of the span and of the logs. */
  const recorded = (
    options: OpenTelemetryOptions,
    thrown: unknown = new Error("s3cr3t: Bearer s3cr3t1", { cause: new Error("in") }),
  ) => {
    logExporter.reset();
    const span = observed(
      () => api.trace.getTracer("test").startActiveSpan("active", (active) => (fail(thrown), active)),
      options,
    );
    span.end();
    return { events: (span as unknown as ReadableSpan).events, records: logExporter.getFinishedLogRecords(), span };
  };

  it.each<[signal: string | undefined, options: OpenTelemetryOptions, events: number, records: number]>([
    [undefined, {}, 1, 0],
    [undefined, { logs }, 1, 0],
    ["logs", {}, 1, 0],
    ["logs", { logs }, 0, 1],
    ["logs/dup", { logs }, 1, 1],
    ["other", { logs }, 1, 0],
    ["logs", { logs, exceptions: "events" }, 1, 0],
    [undefined, { logs, exceptions: "logs" }, 0, 1],
    [undefined, { logs, exceptions: "logs/dup" }, 1, 1],
  ])("with OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN=%s and %o are %i events and %i records", (signal, options, events, records) => {
    vi.stubEnv("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", signal);
    const found = recorded(options);
    expect([found.events.length, found.records.length]).toEqual([events, records]);
  });

  it("are log records of the span, as the semantic conventions name them", () => {
    const { records, span } = recorded({ logs, exceptions: "logs" });
    expect(records).toMatchObject([
      {
        eventName: "http.server.request.exception",
        severityNumber: 17,
        severityText: "ERROR",
        spanContext: { traceId: span.spanContext().traceId, spanId: span.spanContext().spanId },
        attributes: { "exception.type": "Error", "exception.message": "s3cr3t: Bearer [redacted]" },
      },
    ]);
    const stack = records[0]!.attributes["exception.stacktrace"] as string;
    expect(stack).toMatch(/^Error: s3cr3t: Bearer \[redacted\]\n {4}at [^]*\ncaused by Error: in\n/);
  });

  it("are recorded for a 5xx with a cause alone", () => {
    for (const thrown of [problem(404, "x"), problem(503, "x", { routine: true })])
      expect(recorded({ logs, exceptions: "logs/dup" }, thrown)).toMatchObject({ events: [], records: [] });
    expect(recorded({}, "a text").events).toMatchObject([
      { attributes: { "exception.type": "string", "exception.message": "a text" } },
    ]);
  });

  it("end, where causes are a cycle or their members throw", () => {
    const cycle = new Error("round");
    cycle.cause = cycle;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = Object.defineProperty(new Error("x"), "stack", {
      get() {
        throw new Error("never");
      },
    });
    for (const thrown of [cycle, proxy, hostile]) expect(recorded({}, thrown).events).toHaveLength(1);
  });
});

describe.each(hosts)("an SDK that throws, behind $name", ({ create }) => {
  it("costs no answer, and is reported once", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    const broken = () => {
      throw new Error("the SDK is broken");
    };
    const rejected = () => Promise.reject(new Error("the SDK is broken"));
    const span = { isRecording: () => true, setAttributes: broken, setStatus: broken, recordException: rejected, end: broken };
    const metrics = { getMeterProvider: () => ({ getMeter: () => ({ createCounter: () => ({ add: broken }) }) }) };
    const createContextKey = () => Symbol.for("none");
    const given: OpenTelemetryApi = { ...api, createContextKey, trace: { getSpan: () => span, setSpan: broken }, metrics };
    const options: OpenTelemetryOptions = {
      logs: { getLogger: broken } as unknown as LogsApi,
      exceptions: "logs/dup",
      span: broken,
    };
    const stop = openTelemetry(given, options);
    try {
      const app = create(() => Promise.reject(new Error("of the application")), { onError() {} });
      for (let times = 0; times < 2; times++)
        expect(await withServer(app, (port) => exchange(port, request("GET /act")))).toMatch(/^HTTP\/1\.1 500 [^]*"FSS\.0500"/);
    } finally {
      stop();
    }
    const failed = lines.join("").match(/^fg-errors: (.+) failed;/gm);
    expect(failed?.toSorted()).toEqual([
      "fg-errors: openTelemetry() failed;",
      "fg-errors: the counter of openTelemetry() failed;",
      "fg-errors: the exception of openTelemetry() failed;",
      "fg-errors: the option span of openTelemetry() failed;",
      "fg-errors: the span of openTelemetry() failed;",
    ]);
  });
});

it.each<[given: unknown, options: unknown, complaint: string]>([
  [undefined, {}, "openTelemetry: the api must be @opentelemetry/api"],
  [api, [], "openTelemetry: options must be an object"],
  [api, { log: logs }, 'openTelemetry: there is no option "log"; the options are contract, logs, exceptions, span'],
  [
    api,
    { contract: "shop" },
    'openTelemetry: option "contract" takes functionGraph, what defineContract returns, or an array of contracts',
  ],
  [
    api,
    { contract: [] },
    'openTelemetry: option "contract" takes functionGraph, what defineContract returns, or an array of contracts',
  ],
  [api, { logs: {} }, 'openTelemetry: option "logs" takes logs of @opentelemetry/api-logs'],
  [api, { exceptions: "log" }, 'openTelemetry: option "exceptions" takes "events", "logs" or "logs/dup"'],
  [api, { exceptions: "logs" }, 'openTelemetry: option "exceptions": "logs" needs the option "logs"'],
  [api, { span: 1 }, 'openTelemetry: option "span" takes a function'],
])("refuses wrong use: %#", (given, options, complaint) => {
  expect(() => openTelemetry(given as OpenTelemetryApi, options as OpenTelemetryOptions)).toThrow(new TypeError(complaint));
});

// Problems in the records of the real loggers: plain data, without secrets.
import { Writable } from "node:stream";
import { normalizeError, problem } from "@fg-errors/core";
import { fgErrors } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import { serializeCause, serializeProblem } from "@fg-errors/telemetry";
import axios from "axios";
import express from "express";
import Koa from "koa";
import pino from "pino";
import { pinoHttp } from "pino-http";
import { describe, expect, it } from "vitest";
import winston from "winston";
import { closedPort, exchange, request, withServer } from "../wire.js";

/** A stream of log records, one JSON text a line. */
function recordsOf() {
  const records: Record<string, never>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of String(chunk).trim().split("\n")) records.push(JSON.parse(line) as never);
      done();
    },
  });
  return { records, stream };
}

/** An error as axios throws it, with the credentials of its request. */
async function failedCall(): Promise<unknown> {
  const url = `http://shop:s3cr3t@127.0.0.1:${await closedPort()}/?key=s3cr3t`;
  return axios.get(url, { headers: { Authorization: "Bearer s3cr3t" } }).catch((error: unknown) => error);
}

const loggers: readonly [name: string, log: (value: unknown) => Record<string, unknown>][] = [
  [
    "pino",
    (value) => {
      const { records, stream } = recordsOf();
      pino({ serializers: { problem: serializeProblem } }, stream).error({ problem: value }, "failed");
      return records[0]!;
    },
  ],
  [
    "winston",
    (value) => {
      const { records, stream } = recordsOf();
      const plain = winston.format((info) => Object.assign(info, { problem: serializeProblem(info["problem"] as never) }));
      const format = winston.format.combine(plain(), winston.format.json());
      winston
        .createLogger({ format, transports: [new winston.transports.Stream({ stream })] })
        .error("failed", { problem: value });
      return records[0]!;
    },
  ],
];

describe.each(loggers)("%s", (_name, log) => {
  it("has a problem as plain data, with the chain of its causes", () => {
    const cause = new Error("the query failed", { cause: Object.assign(new Error("the socket closed"), { code: "EBADMSG" }) });
    const { problem: logged } = log(normalizeError(cause));
    expect(logged).toEqual({
      type: "about:blank",
      status: 500,
      title: "Internal Server Error",
      detail: "Something went wrong on our side.",
      code: "FSS.0500",
      cause: {
        type: "Error",
        message: "the query failed",
        stack: expect.stringMatching(/^Error: the query failed\n {4}at /) as string,
        cause: {
          type: "Error",
          message: "the socket closed",
          code: "EBADMSG",
          stack: expect.stringMatching(/^Error: the socket closed\n {4}at /) as string,
        },
      },
    });
  });

  it("has a client's error without the credentials of its request", async () => {
    const logged = log(normalizeError(await failedCall()));
    expect(logged["problem"]).toMatchObject({
      status: 502,
      proxyError: "connection_refused",
      cause: { type: "Error", code: "ECONNREFUSED" },
    });
    expect(JSON.stringify(logged)).not.toContain("s3cr3t");
  });

  it("has neither header fields nor extension members of a problem", () => {
    const headers = { "Retry-After": "1", "X-Key": "s3cr3t" };
    const members = { key: "s3cr3t" };
    const logged = log(normalizeError(problem(409, "Already paid.", { headers, extensions: members } as object)));
    expect(logged["problem"]).toMatchObject({ status: 409, detail: "Already paid." });
    expect(JSON.stringify(logged)).not.toContain("s3cr3t");
  });
});

describe("serializeCause()", () => {
  it("ends a cycle, and lists five errors at most", () => {
    const cycle: Error = new Error("round");
    cycle.cause = cycle;
    const deep = Array.from({ length: 100 }).reduce<Error>((cause) => new Error("deep", { cause }), new Error("end"));
    const wide = new AggregateError(
      Array.from({ length: 100 }, () => cycle),
      "all",
    );
    for (const error of [cycle, deep, wide]) expect(JSON.stringify(serializeCause(error)).match(/"message"/g)).toHaveLength(5);
    expect(serializeCause(wide).errors).toBeDefined();
  });

  it("cuts long texts after it has redacted them", () => {
    const error = new Error(`${"x".repeat(970)} https://shop:${"s3cr3t".repeat(20)}@orders.example ${"y".repeat(10_000_000)}`);
    const { message, stack } = serializeCause(error);
    expect([message.length, stack!.length]).toEqual([1000, 4000]);
    expect(message + stack!).not.toContain("s3cr3t");
  });

  it.each([
    [undefined, "undefined", "undefined"],
    [null, "object", "null"],
    ["a text", "string", "a text"],
    [17n, "bigint", "17"],
    [Symbol.for("x"), "symbol", "Symbol(x)"],
    [{ name: "Refused", message: 1, password: "s3cr3t" }, "Refused", ""],
    [() => {}, "function", ""],
  ])("takes what is no error: %o", (thrown, type, message) => {
    expect(serializeCause(thrown)).toMatchObject({ type: typeof thrown === "function" ? expect.any(String) : type, message });
  });

  it("takes a value whose members throw", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(serializeCause(proxy)).toEqual({ type: "object", message: "" });
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("never");
      },
    });
    expect(serializeCause(hostile)).toMatchObject({ type: "Error", message: "" });
  });

  it.each([
    ["postgres://shop:pa@ss@db/orders refused", "postgres://[redacted]@db/orders refused"],
    [
      "GET https://a.example/x?key=1#top failed (http://b.example)",
      "GET https://a.example/x?[redacted] failed (http://b.example)",
    ],
    ["Authorization: Bearer abc", "Authorization: [redacted]"],
    ["{ authorization: 'abc', x: 1 }", "{ authorization: '[redacted]', x: 1 }"],
    ["refused: Bearer abc, Bearer token missing", "refused: Bearer [redacted], Bearer token missing"],
    ["refused: Basic dXNlcjpwYXNz", "refused: Basic [redacted]"],
    ["Basic authentication failed", "Basic authentication failed"],
    ['{"password":"hunter2","user":"a"}', '{"password":"[redacted]","user":"a"}'],
    [
      "API_KEY=abc&x=1 client_secret=abc access_token=abc",
      "API_KEY=[redacted]&x=1 client_secret=[redacted] access_token=[redacted]",
    ],
    ["Unexpected token } in JSON at position 3", "Unexpected token } in JSON at position 3"],
  ])("redacts %s", (text, redacted) => {
    expect(serializeCause(new Error(text)).message).toBe(redacted);
  });
});

it("serializeProblem() leaves alone what is no problem", () => {
  for (const value of [undefined, null, "text", {}]) expect(serializeProblem(value as never)).toBe(value);
});

/** pino-http logs `response.err`, which the adapters set for a 5xx. */
describe.each([
  [
    "Express",
    (log: ReturnType<typeof pinoHttp>, thrown: unknown) =>
      express()
        .use(log)
        .get("/", () => {
          throw thrown;
        })
        .use(fgErrors()),
  ],
  [
    "Koa",
    (log: ReturnType<typeof pinoHttp>, thrown: unknown) => {
      const app = new Koa().on("error", () => {});
      app.use((ctx, next) => (log(ctx.req, ctx.res), next()));
      app.use(koaErrors()).use(() => {
        throw thrown;
      });
      return app.callback();
    },
  ],
] as const)("pino-http on %s", (_name, create) => {
  it.each([true, false])("logs the cause by serializeCause(), wrapped: %s", async (wrapSerializers) => {
    const { records, stream } = recordsOf();
    const thrown = await failedCall();
    const serializers = { err: serializeCause, req: () => undefined, res: () => undefined };
    const app = create(pinoHttp({ serializers, wrapSerializers }, stream), thrown);
    await withServer(app as never, (port) => exchange(port, request("GET /")));
    expect(records).toMatchObject([{ msg: "request errored", err: { type: "Error", code: "ECONNREFUSED" } }]);
    expect(JSON.stringify(records)).not.toContain("s3cr3t");
  });
});

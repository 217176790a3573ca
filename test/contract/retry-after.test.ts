// Retry-After of a thrown 429 or 503 leaves, whoever threw it and however it keeps its fields: it says when, not why.
import { createRequire } from "node:module";
import { Boom } from "@hapi/boom";
import { normalizeError } from "@fg-errors/core";
import { HTTPException } from "hono/http-exception";
import createError from "http-errors";
import { describe, expect, it } from "vitest";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const createErrorCjs = createRequire(import.meta.url)("http-errors") as typeof createError;

const date = "Fri, 31 Dec 1999 23:59:59 GMT";

class Overloaded extends Error {
  readonly statusCode = 503;
  constructor(readonly headers: unknown) {
    super("s3cr3t");
  }
}

const makers: Readonly<Record<string, (value: string) => unknown>> = {
  "http-errors, 503": (value) => createError(503, "s3cr3t", { headers: { "Retry-After": value, "X-Secret": "s3cr3t" } }),
  "http-errors, 429": (value) => createErrorCjs(429, { headers: { "retry-after": value } }),
  "http-errors that expose nothing": (value) => createError(429, "s3cr3t", { expose: false, headers: { "RETRY-AFTER": value } }),
  "http-errors with retryAfter": (value) => createError(503, { retryAfter: value }),
  "a record": (value) => new Overloaded({ "retry-after": value, server: "s3cr3t" }),
  "a Headers object": (value) => new Overloaded(new Headers({ "Retry-After": value, server: "s3cr3t" })),
  "a Map": (value) => new Overloaded(new Map([["Retry-After", value]])),
  "pairs": (value) => new Overloaded([["x-secret", "s3cr3t"], ["Retry-After", value]]), // prettier-ignore
  "a flat array": (value) => new Overloaded(["x-secret", "s3cr3t", "Retry-After", value]),
  Boom: (value) => {
    const error = new Boom("s3cr3t", { statusCode: 503 });
    error.output.headers["Retry-After"] = value;
    return error;
  },
  Hono: (value) => new HTTPException(503, { res: new Response("s3cr3t", { status: 503, headers: { "Retry-After": value } }) }),
};

describe.each(Object.entries(makers))("%s", (_name, make) => {
  it.each(["7", "0", date])("Retry-After: %s", (value) => {
    const { cause: _cause, ...problem } = normalizeError(make(value));
    expect(problem).toMatchObject({ status: 503, headers: { "retry-after": value } });
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });

  it.each(["", "soon", "-1", "1.5", "1e3", "7, 8", "Fri, 99 Foo 1999 99:99:99 GMT", "7\r\nX-A: s3cr3t"])("no %j", (value) => {
    let made: unknown;
    try {
      made = make(value);
    } catch {
      return; // Headers refuses it
    }
    expect(normalizeError(made).headers).toBeUndefined();
  });
});

it("a list of one value is that value", () => {
  const headers = { "Retry-After": ["30"] };
  expect(normalizeError(createError(503, { headers })).headers).toEqual({ "retry-after": "30" });
  expect(normalizeError(createError(503, { headers: { "Retry-After": ["30", "31"] }, expose: false })).headers).toBeUndefined();
});

it("a number is seconds", () => {
  expect(normalizeError(createError(503, { headers: { "Retry-After": 30 } })).headers).toEqual({ "retry-after": "30" });
  expect(normalizeError(createError(503, { retryAfter: 30 })).headers).toEqual({ "retry-after": "30" });
});

it.each([400, 404, 500, 502])("a %i that exposes nothing keeps it to itself", (status) => {
  expect(normalizeError(createError(status, { expose: false, headers: { "Retry-After": "7" } })).headers).toBeUndefined();
});

it("fields in any form leave with an error that exposes them", () => {
  for (const headers of [
    new Headers({ "x-a": "1", "retry-after": "7" }),
    [
      ["X-A", "1"],
      ["Retry-After", "7"],
    ],
    { "X-A": 1, "Retry-After": 7 },
  ])
    expect(normalizeError(createError(413, { headers })).headers).toEqual({ "x-a": "1", "retry-after": "7" });
});

it.each([
  ["that throw", { get "Retry-After"(): string { throw new Error("s3cr3t"); } }], // prettier-ignore
  ["whose iterator throws", { entries: () => { throw new Error("s3cr3t"); } }], // prettier-ignore
  ["without end", { *entries() { for (;;) yield ["x", "y"]; } }], // prettier-ignore
  ["that are a revoked Proxy", (({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable({}, {}))],
])("headers %s change nothing else", (_what, headers) => {
  const problem = normalizeError(new Overloaded(headers));
  expect([problem.status, problem.headers]).toEqual([503, undefined]);
});

it.each(hosts)("$name sends it", async ({ create }) => {
  for (const status of [429, 503]) {
    const act = () => {
      throw createError(status, "s3cr3t", { expose: false, headers: { "Retry-After": "7", "X-Secret": "s3cr3t" } });
    };
    const bytes = await withServer(create(act, { onError() {} }), (port) => exchange(port, request("GET /act")));
    const { status: answered, headers } = parseAnswer(bytes);
    expect([answered, headers.get("retry-after"), headers.get("x-secret")]).toEqual([503, "7", null]);
  }
});

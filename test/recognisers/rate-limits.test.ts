import rateLimit, { type Options } from "express-rate-limit";
import createError from "http-errors";
import { RateLimiterMemory, RateLimiterQueue, RateLimiterUnion } from "rate-limiter-flexible";
import { describe, expect, it } from "vitest";
import { normalizeError, rfc9110, type Problem } from "@fg-errors/core";
import { failure } from "./outcome.js";
import { thrownByExpress } from "./thrown-by.js";

function testRows(rows: readonly (readonly [what: string, run: () => Promise<unknown>, expected: Partial<Problem>])[]): void {
  it.each(rows)("%s", async (_what, run, expected) => {
    const { cause: _cause, ...problem } = normalizeError(await run());
    expect(problem).toMatchObject(expected);
    expect(problem.headers).toEqual(expected.headers);
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });
}

const tooMany = { status: 503, receivedStatus: 429 };

describe("rate-limiter-flexible", () => {
  const limiter = (duration: number, keyPrefix = "") => new RateLimiterMemory({ points: 1, duration, keyPrefix });
  const full = async () => {
    const queue = new RateLimiterQueue(limiter(0.1), { maxQueueSize: 1 });
    const [, , last] = await Promise.allSettled([queue.removeTokens(1), queue.removeTokens(1), queue.removeTokens(1)]);
    return (last as PromiseRejectedResult).reason;
  };
  const consumed = (duration: number) => () => failure(() => limiter(duration).consume("s3cr3t", 2));
  testRows([
    ["a wait in whole seconds, rounded up", consumed(1.5), { ...tooMany, headers: { "retry-after": "2" } }],
    ["a wait that is nearly over", consumed(0.001), { ...tooMany, headers: { "retry-after": "1" } }],
    ["a wait without an end", consumed(0), tooMany],
    [
      "a union: the longest wait",
      () => failure(() => new RateLimiterUnion(limiter(7, "s3cr3t-a"), limiter(3, "b")).consume("s3cr3t", 2)),
      { ...tooMany, headers: { "retry-after": "7" } },
    ],
    [
      "a union: one without an end",
      () => failure(() => new RateLimiterUnion(limiter(7, "a"), limiter(0, "b")).consume("s3cr3t", 2)),
      tooMany,
    ],
    ["a queue that is full", full, { status: 503 }],
    [
      "more tokens than a queue will ever have",
      () => failure(() => new RateLimiterQueue(limiter(1)).removeTokens(2)),
      { status: 500 },
    ],
  ]);
  it("is a 429 where the contract has one", async () => {
    expect(normalizeError(await consumed(1)(), { contract: rfc9110 }).status).toBe(429);
  });
  it("is not taken for what only looks like it", () => {
    expect(normalizeError({ msBeforeNext: "s3cr3t" }).status).toBe(500);
    expect(normalizeError({ a: { status: 404 } }).status).toBe(500);
  });
});

describe("express-rate-limit", () => {
  const limited = (options: Partial<Options>) => () =>
    thrownByExpress(5, rateLimit({ limit: 0, validate: false, ...options }), {});
  const incident = new Error("s3cr3t");
  const store = { increment: () => Promise.reject(incident), decrement: () => {}, resetKey: () => {} };
  testRows([
    [
      "a handler that passes on an error",
      limited({
        message: "Slow down",
        handler: (_request, _response, next, { statusCode, message }) => next(createError(statusCode, message)),
      }),
      { ...tooMany, detail: "Slow down" },
    ],
    ["a store that fails", limited({ store }), { status: 500 }],
    [
      "its complaint about a wrong set-up, which it only logs",
      () => new Promise((error) => rateLimit({ limit: 1, windowMs: -1, logger: { error, warn: error } })),
      { status: 500 },
    ],
  ]);
});

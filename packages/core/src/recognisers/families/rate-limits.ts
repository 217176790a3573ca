import type { Finding } from "../../problem/finding.js";
import { maxRateLimiters } from "../../util/limits.js";
import { read, readText } from "../../util/safe-read.js";
import { membersOf } from "../redact-values.js";
import type { Family } from "../rule.js";

/** Recognises requests that are throttled, as rate-limiter-flexible rejects them. express-rate-limit answers by itself, and other limiters throw http-errors. */
export const rateLimits: Family = {
  marks: { msBeforeNext: limiterFinding },
  names: { Object: unionFinding, CustomError: queueFinding },
};

/** Recognises a limiter's rejection, which is its result and no error. */
function limiterFinding(result: object): Finding | undefined {
  return tooManyRequests([read(result, "msBeforeNext")]);
}

/** Recognises RateLimiterUnion's rejection: the results of the limiters that refused, by prefix. */
function unionFinding(results: object): Finding | undefined {
  return tooManyRequests(membersOf(results, maxRateLimiters).map((result) => read(result, "msBeforeNext")));
}

/** Makes a 429 of several waits in milliseconds. The longest counts; a wait without an end is -1. */
function tooManyRequests(waits: readonly unknown[]): Finding | undefined {
  const times = waits.filter((wait) => typeof wait === "number");
  if (times.length === 0) return undefined;
  const seconds = times.some((time) => time < 0) ? NaN : Math.max(1, Math.ceil(Math.max(...times) / 1000));
  return { status: 429, headers: Number.isSafeInteger(seconds) ? { "Retry-After": seconds } : undefined };
}

/**
 * Recognises RateLimiterQueue's error, which calls itself CustomError. To ask for more tokens than there will ever be is a
 * mistake of this gateway.
 */
function queueFinding(error: object): Finding | undefined {
  const isFull =
    readText(error, "constructor", "name") === "RateLimiterQueueError" &&
    !readText(error, "message")?.startsWith("Requested tokens");
  return isFull ? { status: 503 } : undefined;
}

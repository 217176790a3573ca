import type { Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { membersOf } from "../redact-values.js";
import type { Family } from "../rule.js";

/** rate-limiter-flexible's rejections. express-rate-limit answers by itself, others throw what http-errors makes. */
export const rateLimits: Family = {
  marks: { msBeforeNext: limited },
  names: { Object: union, CustomError: queue },
};

/** A limiter rejects with its result, no error. */
function limited(result: object): Finding | undefined {
  return tooMany([read(result, "msBeforeNext")]);
}

/** RateLimiterUnion rejects with the results of those that refused, by their prefixes. */
function union(results: object): Finding | undefined {
  return tooMany(membersOf(results, 16).map((result) => read(result, "msBeforeNext")));
}

/** The longest wait counts; one without an end is -1. */
function tooMany(waits: readonly unknown[]): Finding | undefined {
  const times = waits.filter((wait) => typeof wait === "number");
  if (times.length === 0) return undefined;
  const seconds = times.some((time) => time < 0) ? NaN : Math.max(1, Math.ceil(Math.max(...times) / 1000));
  return { status: 429, headers: Number.isSafeInteger(seconds) ? { "Retry-After": seconds } : undefined };
}

/** RateLimiterQueue's error calls itself CustomError. To ask for more tokens than there will ever be is a mistake of ours. */
function queue(error: object): Finding | undefined {
  const isFull =
    readText(error, "constructor", "name") === "RateLimiterQueueError" &&
    !readText(error, "message")?.startsWith("Requested tokens");
  return isFull ? { status: 503 } : undefined;
}

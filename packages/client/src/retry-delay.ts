import type { ProblemTable } from "./problem-table.js";
import type { Problem } from "./problem.js";

/**
 * Describes the request that failed.
 * @example
 * const options: RetryOptions = { method: "POST", attempt: 2, problems };
 * const delay = retryDelay(problem, options);
 */
export interface RetryOptions {
  /** Method of the request. Default "GET". */
  readonly method?: string;
  /** How many times the request was sent. Default 1. */
  readonly attempt?: number;
  /** Table of the contract. Without it, the status decides. */
  readonly problems?: ProblemTable;
}

/**
 * Computes when to send a request again. The table's row decides whether it may be, else the status: 503 always; 408, 429, 502 and 504 if
 * the method is idempotent. A 503 that nobody of the contract wrote counts as those, unless it has Retry-After.
 * @returns milliseconds: Retry-After, else a random time up to 250 ms, doubled by each attempt, to 30 s; undefined: do not send it again
 * @example
 * const delay = retryDelay(problem, { method: "PUT", attempt: 2 });
 * if (delay !== undefined) setTimeout(send, delay);
 */
export function retryDelay(
  { status, code, retryAfter }: Problem,
  { method = "GET", attempt = 1, problems = {} }: RetryOptions = {},
): number | undefined {
  const row = Object.values(problems).find((row) => row.code === code);
  const isMarked = code !== undefined || retryAfter !== undefined;
  const retry = row?.retry ?? (status === 503 && isMarked ? "always" : repeatable.has(status) ? "idempotent" : "never");
  if (retry !== "always" && (retry === "never" || !idempotent.test(method))) return undefined;
  return retryAfter ?? Math.random() * Math.min(30_000, 250 * 2 ** attempt);
}

/** Matches the idempotent methods (RFC 9110 section 9.2.2). */
const idempotent = /^(GET|HEAD|OPTIONS|TRACE|PUT|DELETE)$/i;

/** Lists statuses after which the same request may succeed. */
const repeatable = new Set([408, 429, 502, 503, 504]);

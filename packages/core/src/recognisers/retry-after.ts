import { fieldEntries } from "../http/field-entries.js";
import { fieldForms } from "../http/header-fields.js";
import type { Finding } from "../problem/finding.js";
import { read } from "../util/safe-read.js";

/** Lists the statuses that say "later" (RFC 9110 sections 15.5.14 and 15.6.4, RFC 6585 section 4), and those that fold into them. */
const temporary: ReadonlySet<number> = new Set([413, 429, 503, 507, 509, 529]);

type Path = readonly [key: string, inner?: string, innermost?: string];

/** Lists where errors keep header fields for their response: http-errors and most others, Boom, Hono, Apollo Server. */
const headerPaths: readonly Path[] = [["headers"], ["output", "headers"], ["res", "headers"], ["extensions", "http", "headers"]];

/**
 * Adds the Retry-After of the thrown error to a finding of a temporary failure. It says when, not why, so it leaves even where
 * nothing else of the error may.
 */
export function withRetryAfter(found: Finding, error: object): Finding {
  if (!temporary.has(found.status) || retryAfterIn(found.headers) !== undefined) return found;
  const value = headerPaths.map((path) => retryAfterIn(read(error, ...path))).find(isRetryAfter) ?? read(error, "retryAfter");
  return isRetryAfter(value)
    ? { ...found, headers: { ...Object.fromEntries(fieldEntries(found.headers)), "retry-after": value } }
    : found;
}

function retryAfterIn(headers: unknown): unknown {
  const value = fieldEntries(headers).find(([name]) => name.toLowerCase() === "retry-after")?.[1];
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

function isRetryAfter(value: unknown): boolean {
  return (typeof value === "string" || typeof value === "number") && fieldForms.get("retry-after")!.test(String(value));
}

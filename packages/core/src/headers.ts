import { validateHeaderName, validateHeaderValue } from "node:http";

/** Describe the representation that the error replaces, or allow its storage: they must not outlive it (RFC 9110 section 8, RFC 9111). */
const dying: ReadonlySet<string> = new Set([
  "accept-ranges",
  "age",
  "cache-control",
  "cdn-cache-control",
  "content-digest",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "digest",
  "etag",
  "expires",
  "last-modified",
  "repr-digest",
  "surrogate-control",
  "trailer",
  "transfer-encoding",
]);

/** Frame the message, belong to the connection, or carry state that an error has no business setting. */
const forbidden: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "proxy-connection",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a header set for the response that failed must not be sent with the error. `name` in any case. */
export function diesWithError(name: string): boolean {
  return dying.has(name.toLowerCase());
}

/** Those of an error's own headers that may be sent: valid by node:http's own rules, none that frames the message. */
export function exposableHeaders(headers: Readonly<Record<string, unknown>> | undefined): Record<string, string> | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    const text = Array.isArray(value) ? value.join(", ") : value;
    return forbidden.has(lower) || lower.startsWith("content-") || !isValid(name, text) ? [] : [[lower, String(text)] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function isValid(name: string, value: unknown): value is string | number {
  if (typeof value !== "string" && typeof value !== "number") return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
    return true;
  } catch {
    return false;
  }
}

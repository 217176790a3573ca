/** RFC 9110 section 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** Octets that no field value and no reason phrase has (RFC 9110 section 5.5), and characters that are no octets. */
const notSent = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether node:http takes it as the name of a field. */
export function isFieldName(name: unknown): name is string {
  return typeof name === "string" && token.test(name);
}

/**
 * Whether node:http takes it as a field's only value, or as a reason phrase. By its own rules: its validators take several times as long,
 * since they expect to throw. It makes text of all that is no text, as a regular expression does.
 */
export function isFieldValue(value: unknown): boolean {
  return value !== undefined && !notSent.test(value as string);
}

/** Whether node:http takes a name and a value, or a list of values, as a field. */
export function isField(name: unknown, value: unknown): boolean {
  return isFieldName(name) && (Array.isArray(value) ? value.every(isFieldValue) : isFieldValue(value));
}

/** Speak of one connection, which HTTP/2 does by itself (RFC 9113 section 8.2.2); node:http2 refuses them when it sends the head. */
const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** What becomes of a field that came more than once, where node:http2 sends it once only, and refuses the head otherwise. */
type Choice = "first" | "list";

/**
 * The fields that node:http2 sends once (its kSingleValueFields, without those of requests only). The first one counts, as it does for
 * node:http's own parser; only those that are lists by their grammar can be joined (RFC 9110 sections 5.3, 8.4 and 8.5).
 */
const sentOnce: ReadonlyMap<string, Choice> = new Map<string, Choice>([
  ["access-control-allow-credentials", "first"],
  ["access-control-max-age", "first"],
  ["access-control-request-method", "first"],
  ["age", "first"],
  ["authorization", "first"],
  ["content-encoding", "list"],
  ["content-language", "list"],
  ["content-length", "first"],
  ["content-location", "first"],
  ["content-md5", "first"],
  ["content-range", "first"],
  ["content-type", "first"],
  ["date", "first"],
  ["dnt", "first"],
  ["etag", "first"],
  ["expires", "first"],
  ["from", "first"],
  ["host", "first"],
  ["if-match", "first"],
  ["if-modified-since", "first"],
  ["if-none-match", "first"],
  ["if-range", "first"],
  ["if-unmodified-since", "first"],
  ["last-modified", "first"],
  ["location", "first"],
  ["max-forwards", "first"],
  ["proxy-authorization", "first"],
  ["range", "first"],
  ["referer", "first"],
  ["retry-after", "first"],
  ["tk", "first"],
  ["upgrade-insecure-requests", "first"],
  ["user-agent", "first"],
  ["x-content-type-options", "first"],
]);

/** The names of the table, for the test that compares it with Node's. */
export const sentOnceOverHttp2: readonly string[] = [...sentOnce.keys()];

/**
 * What HTTP/2 can send of a field: node:http2 accepts much that it refuses when it sends the head, where nobody can catch it, or that the
 * client's end refuses by resetting the stream.
 * @param name in lower case
 * @returns `value` itself where all of it can be sent; undefined where nothing can
 * @example http2Value("location", ["/a", "/b"]) // "/a"
 */
export function http2Value(name: string, value: unknown): unknown {
  if (ofConnection.has(name) || !isFieldName(name)) return undefined;
  try {
    return Array.isArray(value) ? listOf(name, value) : octetsOf(value);
  } catch {
    return undefined; // an object that is not a text, nor wants to be one
  }
}

function listOf(name: string, value: readonly unknown[]): unknown {
  const choice = sentOnce.get(name);
  if (value.length === 0 || (choice === undefined && value.every((one) => octetsOf(one) === one))) return value;
  const values = value.map(octetsOf).filter((one) => one !== undefined);
  if (values.length === 0 || choice === undefined) return values.length === 0 ? undefined : values;
  return choice === "list" ? values.join(", ") : values[0];
}

/** No value begins or ends with a blank (RFC 9113 section 8.2.1). */
function octetsOf(value: unknown): unknown {
  if (typeof value === "number") return value;
  if (value === undefined || value === null || typeof value === "symbol") return undefined;
  const text = String(value);
  if (notSent.test(text)) return undefined;
  return /^[\t ]|[\t ]$/.test(text) ? text.trim() : text;
}

/** Matches a token (RFC 9110 section 5.6.2). */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** Matches octets that no field value and no reason phrase has (RFC 9110 section 5.5), and characters that are no octets. */
const unsendableCharacter = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether node:http accepts a value as the name of a field. */
export function isFieldName(name: unknown): name is string {
  return typeof name === "string" && token.test(name);
}

/**
 * Whether node:http accepts a value as a field's only value, or as a reason phrase. It follows Node's rules without Node's validators: they
 * are several times as slow, since they expect to throw. A value that is no text is converted to one, as a regular expression does.
 */
export function isFieldValue(value: unknown): boolean {
  return value !== undefined && !unsendableCharacter.test(value as string);
}

/** Whether node:http accepts a name and a value, or a list of values, as a field. */
export function isField(name: unknown, value: unknown): boolean {
  return isFieldName(name) && (Array.isArray(value) ? value.every(isFieldValue) : isFieldValue(value));
}

/**
 * Lists fields that concern one connection, which HTTP/2 manages itself (RFC 9113 section 8.2.2). node:http2 refuses them when it
 * sends the head.
 */
const framingFields: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** Describes how a field that came more than once is sent, where node:http2 sends it once only and refuses the head otherwise. */
type RepeatedField = "first" | "list";

/**
 * Maps fields that node:http2 sends once (its kSingleValueFields, without those of requests only). The first value counts, as for
 * node:http's own parser; only fields that are lists by their grammar can be joined (RFC 9110 sections 5.3, 8.4 and 8.5).
 */
const sentOnce: ReadonlyMap<string, RepeatedField> = new Map<string, RepeatedField>([
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

/**
 * Gives the part of a field's value that HTTP/2 can send. node:http2 accepts much that it refuses when it sends the head, where
 * nobody can catch the error, or that the client's end refuses by resetting the stream.
 * @param name in lower case
 * @param status of the response that the field belongs to. Default: none that forbids a field
 * @returns `value` itself where all of it can be sent; undefined where nothing can
 * @example http2Value("location", ["/a", "/b"]) // "/a"
 */
export function http2Value(name: string, value: unknown, status?: number): unknown {
  if (framingFields.has(name) || !isFieldName(name)) return undefined;
  if (name === "content-length" && withoutLength.has(status)) return undefined;
  try {
    return Array.isArray(value) ? sendableList(name, value) : sendableValue(value);
  } catch {
    return undefined; // an object that cannot be converted to a text
  }
}

/**
 * Lists the statuses that have no content, nor a length of it (RFC 9110 sections 8.6 and 15.3.6): HTTP/2 resets the stream of a response whose
 * Content-Length does not fit its content (RFC 9113 section 8.1.1).
 */
const withoutLength: ReadonlySet<number | undefined> = new Set([204, 205]);

function sendableList(name: string, value: readonly unknown[]): unknown {
  const choice = sentOnce.get(name);
  if (value.length === 0 || (choice === undefined && value.every((single) => sendableValue(single) === single))) return value;
  const values = value.map(sendableValue).filter((single) => single !== undefined);
  if (values.length === 0 || choice === undefined) return values.length === 0 ? undefined : values;
  return choice === "list" ? values.join(", ") : values[0];
}

/** Trims a value: none begins or ends with a blank (RFC 9113 section 8.2.1). */
function sendableValue(value: unknown): unknown {
  if (typeof value === "number") return value;
  if (value === undefined || value === null || typeof value === "symbol") return undefined;
  const text = String(value);
  if (unsendableCharacter.test(text)) return undefined;
  return /^[\t ]|[\t ]$/.test(text) ? text.trim() : text;
}

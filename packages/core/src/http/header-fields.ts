import { contentRules, credentialRules, matcherOf, upstreamRules } from "./field-rules.js";
import { isFieldName, isFieldValue } from "./sendable.js";

const belongsToContent = matcherOf(contentRules);
const isUpstreams = matcherOf(upstreamRules);
/** Whether a field asks a client for credentials, or gives or takes some. `name` in lower case. */
export const isCredential = matcherOf(credentialRules);

/** Belong to one connection (RFC 9110 section 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Frame the message, or carry state that an error has no business setting. */
const forbidden: ReadonlySet<string> = new Set([...hopByHop, "date", "set-cookie"]);

/** Fields that a response of this status must have (RFC 9110 sections 15.5.2, 15.5.6 and 15.5.8). */
export const requiredFields: Readonly<Record<number, string>> = {
  401: "www-authenticate",
  405: "allow",
  407: "proxy-authenticate",
};

/** RFC 9110 section 10.2.1: methods are tokens. */
const methodList = /^[\w!#$%&'*+.^`|~, \t-]*$/;

/** Whether a header set for the response that failed must not be sent with the error. `name` in any case. */
export function diesWithError(name: string): boolean {
  const lower = name.toLowerCase();
  return belongsToContent(lower);
}

/** Those of an error's own headers that may be sent: valid by node:http's own rules, none that frames the message or describes content. */
export function exposableHeaders(headers: Readonly<Record<string, unknown>> | undefined): Record<string, string> | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const entries: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const text: unknown = Array.isArray(value) ? value.join(", ") : value;
    const mayLeave = !forbidden.has(lower) && !diesWithError(lower) && !lower.startsWith("content-") && isValid(name, text);
    if (mayLeave && (lower !== "allow" || methodList.test(String(text)))) entries.push([lower, String(text).trim()]); // no client of HTTP/2 takes blanks around it (RFC 9113 section 8.2.1)
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Octets of a field that are sent at most: Node and most proxies take 16 KiB for all of a response's. */
const longest = 4096;

function isValid(name: string, value: unknown): value is string | number {
  const isText = typeof value === "string" || typeof value === "number";
  return isText && name.length + String(value).length <= longest && isFieldName(name) && isFieldValue(value);
}

/** Octets that are kept of an upstream's fields: with ours they have to fit into the 16 KiB that Node and most proxies take. */
const most = 12_288;

/** The option that says whether an upstream may ask this gateway's clients for credentials, or set them. */
export interface UpstreamCredentials {
  readonly upstreamCredentials?: "relay" | "drop" | undefined;
}

/**
 * The fields of an upstream's error reply that outlive its content: CORS, Vary, Set-Cookie and their like; at most 12 KiB of them.
 * @param options `upstreamCredentials`, default "relay"
 * @example for (const [name, value] of liveHeaders(reply.headers)) response.setHeader(name, value);
 */
export function survivingFields<V>(
  headers: Readonly<Record<string, V>>,
  { upstreamCredentials }: UpstreamCredentials = {},
): [name: string, value: V][] {
  let left = most;
  const drops = upstreamCredentials === "drop";
  return endToEnd(headers).filter(
    ([name, value]) =>
      !isUpstreams(name) &&
      !diesWithError(name) &&
      !(drops && isCredential(name)) &&
      (left -= name.length + String(value).length + 4) >= 0,
  );
}

/** Removes what asks a client for credentials, or sets them: for replies of an upstream that is not trusted with them. */
export function dropCredentials(headers: Record<string, unknown>): void {
  for (const name of Object.keys(headers)) if (isCredential(name.toLowerCase())) delete headers[name];
}

/**
 * The fields of a reply that a gateway passes on: not its connection's own, nor those that the Connection field names (RFC 9110 section
 * 7.6.1). Those of a request are `upstreamRequest()`'s business: without Transfer-Encoding its content would have no end.
 * @param headers names in lower case, as Node gives them
 * @example const headers = Object.fromEntries(endToEnd(reply.headers));
 */
export function endToEnd<V>(headers: Readonly<Record<string, V>>): [name: string, value: V][] {
  const hops = hopByHopFields(headers);
  return Object.entries(headers).filter(([name]) => !hops.has(name));
}

/** The same as an object, for every success. A field named `__proto__` is left out: to assign it would change the prototype. */
export function endToEndFields<V>(headers: Readonly<Record<string, V>>): Record<string, V> {
  const hops = hopByHopFields(headers);
  const passed: Record<string, V> = {};
  for (const name of Object.keys(headers)) if (!hops.has(name) && name !== "__proto__") passed[name] = headers[name]!;
  return passed;
}

/** The names of the fields that belong to one connection; nearly every Connection field names none but its own. */
export function hopByHopFields({ connection = "" }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  if (connection === "" || connection === "keep-alive" || connection === "close") return hopByHop;
  return new Set([
    ...hopByHop,
    ...String(connection)
      .toLowerCase()
      .split(/[\s,]+/),
  ]);
}

import { fieldEntries } from "./field-entries.js";
import { credentialRules, hopByHopRules, matcherOf, representationRules, upstreamRules } from "./field-rules.js";
import { isFieldName, isFieldValue } from "./is-field.js";

const isRepresentationField = matcherOf(representationRules);
const isUpstreamOnly = matcherOf(upstreamRules);
/** Whether a field asks a client for credentials, or gives or removes some. The name is in lower case. */
export const isCredential = matcherOf(credentialRules);

/** Lists the hop-by-hop fields, which no gateway passes on, whatever Connection names. */
export const alwaysHopByHop: ReadonlySet<string> = new Set(hopByHopRules.flatMap(({ names = [] }) => names));

/** Whether an error may not set a field: it frames the message, or carries state. */
const isNeverExposed = matcherOf([hopByHopRules[0]!, { why: "", names: ["date", "set-cookie"] }]);

/**
 * Maps a status to the field that its response must or should have, and which an answer with another status has not. Other fields that
 * a status may have leave with any: Retry-After of a 413, 429 and 503, and Accept, Accept-Encoding and Accept-Patch of a 415.
 */
export const requiredFields: ReadonlyMap<number | undefined, string> = new Map([
  [401, "www-authenticate"], // RFC 9110 section 15.5.2
  [405, "allow"], // section 15.5.6
  [407, "proxy-authenticate"], // section 15.5.8
  [416, "content-range"], // section 15.5.17: it gives the length
  [426, "upgrade"], // section 15.5.22
  [451, "link"], // RFC 7725 section 4: it names who blocks
]);

/**
 * Matches the valid values of fields that clients act on: a list of methods, which are tokens (RFC 9110 section 10.2.1), the length of what
 * has no such range (section 14.4), seconds or a date (section 10.2.3), and protocols (section 7.8). Nobody sends dates in their obsolete
 * forms.
 */
export const fieldForms: ReadonlyMap<string, RegExp> = new Map([
  ["allow", /^[\w!#$%&'*+.^`|~, \t-]*$/],
  ["content-range", /^[\w!#$%&'*+.^`|~-]+ \*\/\d{1,19}$/],
  ["upgrade", /^[\w!#$%&'*+.^`|~/, \t-]+$/],
  [
    "retry-after",
    /^(?:\d{1,9}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:[0-2]\d|3[01]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} (?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60) GMT)$/,
  ],
]);

/**
 * Whether a field that was set for the failed response is dropped with it, since it describes content or allows storage. The name is in
 * any case.
 * @example if (isDroppedWithError(name)) reply.removeHeader(name);
 */
export function isDroppedWithError(name: string): boolean {
  const lower = name.toLowerCase();
  return isRepresentationField(lower);
}

/** Whether a field is the one that belongs to a status, with a value that fits. The name is in any case. */
export function fitsStatus(name: string, value: unknown, status: number | undefined): boolean {
  const lower = name.toLowerCase();
  return requiredFields.get(status) === lower && fieldForms.get(lower)?.test(String(value)) !== false;
}

/** Whether an error of some status may have a field. */
export function isExposableHeader(name: string, value: unknown): boolean {
  const [status] = [...requiredFields].find(([, required]) => required === name.toLowerCase()) ?? [];
  return exposableHeaders({ [name]: value }, status) !== undefined;
}

/**
 * Picks those of an error's own headers that may be sent: valid by node:http's own rules, and neither framing the message nor
 * describing content, except the field that belongs to the error's status.
 * @param headers in any form that fetch takes
 */
export function exposableHeaders(headers: unknown, status?: number): Record<string, string> | undefined {
  let exposable: Record<string, string> | undefined;
  for (const [name, value] of fieldEntries(headers)) {
    const text: unknown = Array.isArray(value) ? value.join(", ") : value;
    if (!isSendableField(name, text)) continue;
    const [lower, trimmed] = [name.toLowerCase(), String(text).trim()]; // no HTTP/2 client accepts blanks around it (RFC 9113 section 8.2.1)
    if (fieldForms.get(lower)?.test(trimmed) === false) continue;
    if (requiredFields.get(status) === lower || mayLeaveWithAnyStatus(lower)) (exposable ??= {})[lower] = trimmed;
  }
  return exposable;
}

/** Whether an error may have a field, whatever its status. The name is in lower case. */
function mayLeaveWithAnyStatus(name: string): boolean {
  return !isNeverExposed(name) && !isRepresentationField(name) && !name.startsWith("content-");
}

/** Limits the octets of one field that are sent: Node and most proxies accept 16 KiB for all fields of a response. */
const maxFieldOctets = 4096;

function isSendableField(name: string, value: unknown): boolean {
  const isText = typeof value === "string" || typeof value === "number";
  return (
    isText &&
    isFieldName(name) &&
    name !== "__proto__" &&
    name.length + String(value).length <= maxFieldOctets &&
    isFieldValue(value)
  );
}

/**
 * Limits the octets of an upstream's fields that are kept: with this gateway's fields they must fit into the 16 KiB that Node and most
 * proxies accept.
 */
const maxUpstreamFieldsOctets = 12_288;

/** Decides whether an upstream may ask this gateway's clients for credentials, or set them. */
export interface UpstreamCredentials {
  readonly upstreamCredentials?: "relay" | "drop" | undefined;
}

/**
 * Picks the surviving fields of an upstream's error reply, whose representation is replaced: CORS, Vary, Set-Cookie and the like;
 * at most 12 KiB of them.
 * @param options `upstreamCredentials`, default "relay"
 * @example for (const [name, value] of survivingFields(reply.headers)) response.setHeader(name, value);
 */
export function survivingFields<V>(
  headers: Readonly<Record<string, V>>,
  { upstreamCredentials }: UpstreamCredentials = {},
): [name: string, value: V][] {
  const hops = hopByHopFields(headers);
  const drops = upstreamCredentials === "drop";
  const surviving: [name: string, value: V][] = [];
  let left = maxUpstreamFieldsOctets;
  for (const name of Object.keys(headers)) {
    if (hops.has(name) || isUpstreamOnly(name) || isDroppedWithError(name) || (drops && isCredential(name))) continue;
    const value = headers[name]!;
    left -= name.length + String(value).length + 4;
    if (left >= 0) surviving.push([name, value]);
  }
  return surviving;
}

/** Removes fields that ask a client for credentials, or set them: for replies of an upstream that is not trusted with them. */
export function dropCredentials(headers: Record<string, unknown>): void {
  for (const name of Object.keys(headers)) if (isCredential(name.toLowerCase())) delete headers[name];
}

/**
 * Picks the fields of a message that a gateway passes on: neither hop-by-hop fields (RFC 9110 section 7.6.1) nor those that the Connection
 * field names, nor those by which a client and its proxy authenticate (section 11.7). For a request use `upstreamRequest()`: without Transfer-Encoding its content would have no end.
 * @param headers names in lower case, as Node gives them
 * @returns pairs of name and value
 * @example const headers = Object.fromEntries(endToEnd(reply.headers));
 */
export function endToEnd<V>(headers: Readonly<Record<string, V>>): [name: string, value: V][] {
  const hops = hopByHopFields(headers);
  return Object.entries(headers).filter(([name]) => !hops.has(name));
}

/**
 * Picks the same fields as an object, for every success. A field named `__proto__` is left out: to assign it would change the
 * prototype.
 */
export function endToEndFields<V>(headers: Readonly<Record<string, V>>): Record<string, V> {
  const hops = hopByHopFields(headers);
  const passed: Record<string, V> = {};
  for (const name of Object.keys(headers)) if (!hops.has(name) && name !== "__proto__") passed[name] = headers[name]!;
  return passed;
}

/** Lists the names of a message's hop-by-hop fields. Nearly every Connection field names none but its own. */
export function hopByHopFields({ connection = "" }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  if (connection === "" || connection === "keep-alive" || connection === "close") return alwaysHopByHop;
  return new Set([
    ...alwaysHopByHop,
    ...String(connection)
      .toLowerCase()
      .split(/[\s,]+/),
  ]);
}

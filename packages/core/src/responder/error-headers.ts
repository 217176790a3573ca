import { Buffer } from "node:buffer";
import { fieldForms, requiredFields } from "../http/header-fields.js";
import { isFieldName, isFieldValue } from "../http/is-field.js";
import type { Problem } from "../problem/problem.js";
import { maxAllowedMethods, maxMethodCharacters } from "../util/limits.js";
import { read } from "../util/safe-read.js";
import type { Content } from "./render.js";
import { proxyStatus } from "./proxy-status.js";
import type { Facts } from "./request-facts.js";

/** Lists the options for this gateway's own fields. */
interface OwnFields {
  /** Challenge for a 401 or 407 that has none. */
  readonly challenge: string;
  readonly proxyName: string | undefined;
  readonly proxyDetails: boolean;
}

/** Makes a response with the fields that every error response has. */
export function renderResponse(status: number, requestId: string, { contentType, body, headers: more }: Content) {
  const headers: Record<string, string> = {
    ...more,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    "content-type": contentType,
    "content-length": `${Buffer.byteLength(body)}`,
  };
  return { status, headers, body };
}

/**
 * Adds the header fields of an error response to those of its body.
 * @param language of the texts, where they depend on the request
 */
export function addErrorHeaders(
  headers: Record<string, string>,
  problem: Problem,
  facts: Facts,
  { challenge, proxyName, proxyDetails }: OwnFields,
  language?: string,
): void {
  const responseHeaders = facts.responseHeaders ?? {};
  if (language !== undefined)
    Object.assign(headers, { "content-language": language, vary: mergedList(headers["vary"] ?? "", languageFields) });
  for (const name in problem.headers) {
    if (!Object.hasOwn(problem.headers, name)) continue;
    const value = problem.headers[name]!;
    headers[name] = name === "vary" && headers[name] !== undefined ? mergedList(value, headers[name]) : (headers[name] ?? value);
  }
  const required = requiredFields.get(problem.status);
  if (required !== undefined && headers[required] === undefined && !isSendableHeader(responseHeaders[required])) {
    const value =
      required === "allow" ? allowedMethods(facts) : required.endsWith("-authenticate") ? challenge : defaults[required];
    if (value !== undefined) headers[required] = value;
  }
  const vary: unknown = responseHeaders["vary"];
  if (headers["vary"] !== undefined && isSendableHeader(vary)) headers["vary"] = mergedList(String(vary), headers["vary"]);
  if (proxyName !== undefined) {
    const before = headers["proxy-status"] ?? responseHeaders["proxy-status"];
    headers["proxy-status"] = proxyStatus(problem, proxyName, proxyDetails, before);
  }
}

/** Lists the request's fields by which the language of an answer is chosen. */
const languageFields = "Accept-Language, X-Language";

/** Gives Retry-After as it will be sent: the problem's, else the one that is set on the response, where it has a valid form. */
export function sentRetryAfter({ headers }: Problem, facts: Facts): string | undefined {
  const value = headers?.["retry-after"] ?? read(facts, "responseHeaders", "retry-after");
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && fieldForms.get("retry-after")!.test(text) ? text : undefined;
}

/** Lists what a required field says where nobody has set it. WebSocket is the one protocol that servers of Node upgrade to. */
const defaults: Readonly<Record<string, string>> = { upgrade: "websocket" };

/**
 * Lists the methods for Allow. An empty Allow is valid (RFC 9110 section 10.2.1), and better than none when the framework does
 * not know. Only valid methods are listed.
 */
function allowedMethods({ allow }: Facts): string {
  const methods: string[] = [];
  try {
    let left = maxAllowedMethods; // it may yield for ever
    for (const method of allow?.() ?? []) {
      if (isFieldName(method) && method.length <= maxMethodCharacters) methods.push(method);
      if (--left === 0) break;
    }
  } catch {} // methods that came before it threw count
  return methods.join(", ");
}

/** Whether a value that a host reports as set on the response will be sent. */
function isSendableHeader(value: unknown): boolean {
  return (typeof value === "string" || (Array.isArray(value) && value.length > 0)) && isFieldValue(value);
}

/** Joins the lists of Vary. An asterisk says it all (RFC 9110 section 12.5.5). */
function mergedList(...lists: readonly string[]): string {
  const members = lists
    .join(",")
    .split(",")
    .map((member) => member.trim());
  if (members.includes("*")) return "*";
  return [...new Map(members.filter(Boolean).map((member) => [member.toLowerCase(), member])).values()].join(", ");
}

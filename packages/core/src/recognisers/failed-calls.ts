import { requiredFields } from "../headers.js";
import { read, readText } from "../read.js";
import { classifyFault } from "../upstream/faults.js";
import type { FaultType } from "../upstream/proxy-errors.js";
import { fault, type Context, type Finding } from "./rule.js";

/** What an upstream's status means for this gateway's own client, when nobody handled it. Not listed: 502 (RFC 9110 section 15.6.3). */
const made: ReadonlyMap<number, number> = new Map([
  [429, 503], // this gateway asked too often, not its client
  [503, 503],
  [504, 504],
]);

/** What an upstream's status that nobody handled makes of this gateway's own answer. */
export function ownFailure(received: number | undefined): number {
  return made.get(received ?? 0) ?? 502;
}

/** The finding for a call that was answered with a status other than a success. */
export function answered(status: number, headers: unknown, context: Context): Finding {
  const own = ownFailure(status);
  if (context.relay.has(status))
    return { status, upstream: true, headers: fieldOf(headers, requiredFields[status] ?? retryAfter) };
  return { status: own, receivedStatus: status, headers: own === 503 ? fieldOf(headers, retryAfter) : undefined };
}

/**
 * The finding for a call without a usable answer: refused, cut, timed out, given up or never made; undefined when the error does not say.
 * @param begun the status of a response that began well. RFC 9209 has no type for content that its own media type disowns: the
 *   exchange succeeded, and a proxy error would send the operator to the network. Such a failure has its received status alone.
 */
export function unanswered(error: object, context: Context, begun: number | undefined): Finding | undefined {
  const links = linksOf(error);
  const type = typeOf(error, links);
  const cut = begun !== undefined || links.some((link) => readText(link, "message") === "terminated"); // undici, of content
  const found = type && fault(type === "connection_terminated" && cut ? "http_response_incomplete" : type);
  if (begun !== undefined) return { status: 502, ...found, receivedStatus: begun };
  if (found) return found;
  if (links.some(isAbort)) return { status: context.clientGone ? 499 : 503 }; // given up by this gateway: as in resilience.ts
  return isBug(links) ? { status: 500 } : undefined;
}

const retryAfter = "retry-after";

/** Only what is of the field's own form: delay-seconds or IMF-fixdate (RFC 9110 section 10.2.3). */
function fieldOf(headers: unknown, name: string): Record<string, string> | undefined {
  const value = typeof read(headers, "get") === "function" ? fromGetter(headers as Headers, name) : readText(headers, name);
  if (typeof value !== "string") return undefined;
  const usable = name !== retryAfter || /^(?:\d{1,9}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/.test(value);
  return usable ? { [name]: value } : undefined;
}

function fromGetter(headers: Headers, name: string): unknown {
  try {
    return headers.get(name);
  } catch {
    return undefined;
  }
}

/** Wrappers that are opened at most; also what ends a cycle. */
const depth = 8;

/** The error and what it wraps. */
function linksOf(error: object): readonly unknown[] {
  const links: unknown[] = [];
  for (let link: unknown = error; link !== undefined && links.length < depth; link = read(link, "cause")) links.push(link);
  return links;
}

/** A client's own words come last, and its renamed errors too: the AWS SDK calls an ECONNRESET a TimeoutError. */
function typeOf(error: object, links: readonly unknown[]): FaultType | undefined {
  if (links.some(isOwnTimer)) return "http_response_timeout";
  // axios and gaxios drop the reason of an abort, but the signal that they were given still knows it.
  const reasons = links.some(isAbort) ? links.map((link) => read(link, "config", "signal", "reason")) : [];
  const late = [...links, ...reasons].some(isTimeout);
  return classifyFault(error) ?? firstOf(links, typeOfWords) ?? (late ? "http_response_timeout" : undefined);
}

function firstOf<T>(links: readonly unknown[], look: (link: unknown) => T | undefined): T | undefined {
  for (const link of links) {
    const found = look(link);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** axios and superagent give their timeouts the code of a connection that the kernel aborted, which would have a syscall. */
function isOwnTimer(link: unknown): boolean {
  return readText(link, "code") === "ECONNABORTED" && (read(link, "syscall") ?? read(link, "cause")) === undefined;
}

/** Under `type`: node-fetch. */
const typesOf: ReadonlyMap<string, FaultType> = new Map<string, FaultType>([
  ["request-timeout", "http_response_timeout"],
  ["body-timeout", "connection_read_timeout"],
  ["max-size", "http_response_body_size"],
]);

/** How messages begin that are all there is: of axios, of needle, and of what the Huawei Cloud SDK leaves of axios's errors. */
const wordsOf: readonly (readonly [start: string, type: FaultType])[] = [
  ["timeout of ", "http_response_timeout"],
  ["read timeout", "connection_read_timeout"],
  ["stream has been aborted", "http_response_incomplete"],
  ["maxContentLength size of ", "http_response_body_size"],
  ["socket hang up", "connection_terminated"],
  ["Parse Error: ", "http_protocol_error"],
  ["Proxy response (", "connection_refused"], // undici calls it an abort when a forward proxy refuses the tunnel
  ["incorrect header check", "http_response_content_coding"],
];

function typeOfWords(link: unknown): FaultType | undefined {
  if (readText(link, "name") === "HTTPParserError") return "http_protocol_error";
  const message = readText(link, "message") ?? "";
  const [, syscall, code] = /^([a-z]+) (E[A-Z]+)\b/.exec(message) ?? []; // "connect ECONNREFUSED 127.0.0.1:80"
  const known = typesOf.get(readText(link, "type") ?? "") ?? wordsOf.find(([start]) => message.startsWith(start))?.[1];
  return known ?? classifyFault({ syscall, code });
}

const timeouts: ReadonlySet<string> = new Set(["TimeoutError", "APIConnectionTimeoutError"]);

function isTimeout(link: unknown): boolean {
  return timeouts.has(nameOf(link));
}

const aborts: ReadonlySet<string> = new Set(["AbortError", "CanceledError", "APIUserAbortError"]);

function isAbort(link: unknown): boolean {
  return aborts.has(nameOf(link)) || readText(link, "code") === "ABORTED";
}

function nameOf(link: unknown): string {
  const name = readText(link, "name");
  return (name === undefined || name === "Error" ? readText(link, "constructor", "name") : name) ?? "";
}

/** Nothing was sent: the call itself is wrong, which is this gateway's bug. axios's ERR_BAD_REQUEST has no response then. */
const bugs: ReadonlySet<string> = new Set([
  "ERR_BAD_REQUEST",
  "ERR_BAD_OPTION",
  "ERR_BAD_OPTION_VALUE",
  "ERR_NOT_SUPPORT",
  "ERR_UNSUPPORTED_PROTOCOL",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_INVALID_RETURN_VALUE",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

/** The same in fetch's words, and in the Huawei Cloud SDK's. */
const bugWords = /^(?:unknown scheme$|bad port$|Invalid URL$|Unsupported protocol )/;

/** An invalid URL that has a base was the Location of a redirect, so the upstream's doing. */
function isBug(links: readonly unknown[]): boolean {
  return links.some(isMisuse) && !links.some((link) => read(link, "base") !== undefined);
}

function isMisuse(link: unknown): boolean {
  const message = readText(link, "message") ?? "";
  if (bugs.has(readText(link, "code") ?? "") || bugWords.test(message)) return true;
  return readText(link, "name") === "TypeError" && message !== "fetch failed" && message !== "terminated";
}

import { classifyFault } from "../../proxy-errors/classify-fault.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import { groupIn } from "../fault-in-message.js";

/**
 * The fault of a next hop that an HTTP client's error tells of. The client's own words come last, and its renamed errors too:
 * the AWS SDK calls an ECONNRESET a TimeoutError.
 * @param links the error and what it wraps
 */
export function faultOfCall(error: object, links: readonly unknown[]): FaultType | undefined {
  const phase = firstOf(links, phaseOf);
  if (phase) return phase;
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

const kernels: ReadonlySet<string> = new Set(["ECONNABORTED", "ETIMEDOUT"]);

/** axios and superagent give their timeouts codes of the kernel's, which would have a system call, itself or within. */
function isOwnTimer(link: unknown): boolean {
  const inside = read(link, "syscall") ?? read(link, "cause") ?? read(link, "errors");
  return kernels.has(readText(link, "code") ?? "") && inside === undefined;
}

/** What got was waiting for. */
const phases: ReadonlyMap<string, FaultType> = new Map<string, FaultType>([
  ["lookup", "dns_timeout"],
  ["connect", "connection_timeout"],
  ["secureConnect", "connection_timeout"],
  ["socket", "connection_read_timeout"],
  ["send", "connection_write_timeout"],
  ["response", "http_response_timeout"],
  ["read", "connection_read_timeout"],
  ["request", "http_response_timeout"], // the whole of it
]);

function phaseOf(link: unknown): FaultType | undefined {
  return readText(link, "code") === "ETIMEDOUT" ? phases.get(readText(link, "event") ?? "") : undefined;
}

/** Under `type`: node-fetch. */
const typesOf: ReadonlyMap<string, FaultType> = new Map<string, FaultType>([
  ["request-timeout", "http_response_timeout"],
  ["body-timeout", "connection_read_timeout"],
  ["max-size", "http_response_body_size"],
]);

/** How messages begin that are all there is: of axios, and of what the Huawei Cloud SDK leaves of axios's errors. */
const wordsOf: readonly (readonly [start: string, type: FaultType])[] = [
  ["timeout of ", "http_response_timeout"],
  ["stream has been aborted", "http_response_incomplete"],
  ["maxContentLength size of ", "http_response_body_size"],
  ["socket hang up", "connection_terminated"],
  ["Proxy response (", "connection_refused"], // undici calls it an abort when a forward proxy refuses the tunnel
  ["incorrect header check", "http_response_content_coding"],
];

/** llhttp's, where its code is lost: by undici 7, and by the Huawei Cloud SDK. */
const parserWords: readonly (readonly [words: RegExp, type: FaultType])[] = [
  [/chunk/i, "http_response_transfer_coding"],
  [/header overflow/i, "http_response_header_section_size"],
];

/** Messages that nobody else would write, of errors that have nothing else (needle's, ws's, undici's), by what they tell of. */
const bareWords =
  /(?<connection_read_timeout>^read timeout$)|(?<redirects>^Max redirects reached\. )|(?<http_response_timeout>^Opening handshake has timed out$)|(?<http_upgrade_failed>^Unexpected server response: \d+$|^Invalid Sec-WebSocket-(?:Accept|Extensions) header$|^Server (?:sent (?:an? |no )(?:invalid )?(?:subprotocol|Sec-)|indicated an extension ))|(?<http_protocol_error>\bassert\(statusCode >= 100\))/;

/** Whether an error of no particular kind is one of those. */
export function isBare(error: object): boolean {
  return bareWords.test(readText(error, "message") ?? "");
}

function typeOfWords(link: unknown): FaultType | undefined {
  const message = readText(link, "message") ?? "";
  if (message.startsWith("Parse Error: ") || readText(link, "name") === "HTTPParserError")
    return parserWords.find(([words]) => words.test(message))?.[1] ?? "http_protocol_error";
  // The parser of fetch insists on three digits; its message depends on how Node was built.
  if (message === "fetch failed" && readText(link, "cause", "code") === "ERR_ASSERTION") return "http_protocol_error";
  const [, syscall, code] = /^([a-z]+) (E[A-Z]+)\b/.exec(message) ?? []; // "connect ECONNREFUSED 127.0.0.1:80"
  const known = typesOf.get(readText(link, "type") ?? "") ?? wordsOf.find(([start]) => message.startsWith(start))?.[1];
  const bare = groupIn(bareWords, message);
  // A loop, but none that comes by here: RFC 9209 section 2.3.32 means those alone.
  const told = bare === "redirects" ? undefined : (bare as FaultType | undefined);
  return known ?? told ?? classifyFault({ syscall, code, message });
}

const timeouts: ReadonlySet<string> = new Set(["TimeoutError", "APIConnectionTimeoutError"]);

function isTimeout(link: unknown): boolean {
  return timeouts.has(nameOf(link));
}

const aborts: ReadonlySet<string> = new Set(["AbortError", "CanceledError", "APIUserAbortError"]);

/** A call that was given up, by whomever. */
export function isAbort(link: unknown): boolean {
  return aborts.has(nameOf(link)) || readText(link, "code") === "ABORTED";
}

function nameOf(link: unknown): string {
  const name = readText(link, "name");
  return (name === undefined || name === "Error" ? readText(link, "constructor", "name") : name) ?? "";
}

import { classifyFault } from "../../proxy-errors/classify-fault.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import { isAbortedByTimer } from "../aborted-by-timer.js";
import { matchedGroup, timeoutName } from "../fault-in-message.js";
import { errorName } from "../error-keys.js";

/**
 * Finds the fault of a next hop in an HTTP client's error. The client's own message comes last, and so does a name that it gave
 * the error: the AWS SDK calls an ECONNRESET a TimeoutError.
 * @param failures the error, and others that it keeps
 * @param links those and what they wrap
 */
export function callFault(failures: readonly unknown[], links: readonly unknown[]): FaultType | undefined {
  const phase = firstFound(links, gotPhaseFault);
  if (phase) return phase;
  if (links.some(isClientTimeout)) return "http_response_timeout";
  return (
    firstFound(failures, classifyFault) ??
    firstFound(links, faultOfMessage) ??
    (isLate(links) ? "http_response_timeout" : undefined)
  );
}

/** Whether a call was too late by the names alone. axios and gaxios drop the reason of an abort, but the signal that they got still has it. */
function isLate(links: readonly unknown[]): boolean {
  if (links.some(isTimeout)) return true;
  const aborts = links.filter(isAbort);
  return (
    aborts.some(isAbortedByTimer) ||
    (aborts.length > 0 && links.some((link) => isTimeout(read(link, "config", "signal", "reason"))))
  );
}

function firstFound<T>(links: readonly unknown[], look: (link: unknown) => T | undefined): T | undefined {
  for (const link of links) {
    const found = look(link);
    if (found !== undefined) return found;
  }
  return undefined;
}

const kernelTimeoutCodes: ReadonlySet<string> = new Set(["ECONNABORTED", "ETIMEDOUT"]);

/**
 * Whether a timer of the client's own expired. axios and superagent give such timeouts codes of the kernel. An error of the
 * kernel has a system call, itself or within.
 */
function isClientTimeout(link: unknown): boolean {
  const inside = read(link, "syscall") ?? read(link, "cause") ?? read(link, "errors");
  return kernelTimeoutCodes.has(readText(link, "code") ?? "") && inside === undefined;
}

/** Maps the phase in which got timed out to a fault. */
const gotPhases: ReadonlyMap<string, FaultType> = new Map<string, FaultType>([
  ["lookup", "dns_timeout"],
  ["connect", "connection_timeout"],
  ["secureConnect", "connection_timeout"],
  ["socket", "connection_read_timeout"],
  ["send", "connection_write_timeout"],
  ["response", "http_response_timeout"],
  ["read", "connection_read_timeout"],
  ["request", "http_response_timeout"], // the whole exchange
]);

function gotPhaseFault(link: unknown): FaultType | undefined {
  return readText(link, "code") === "ETIMEDOUT" ? gotPhases.get(readText(link, "event") ?? "") : undefined;
}

/** Maps node-fetch's `type` to a fault. */
const nodeFetchTypes: ReadonlyMap<string, FaultType> = new Map<string, FaultType>([
  ["request-timeout", "http_response_timeout"],
  ["body-timeout", "connection_read_timeout"],
  ["max-size", "http_response_body_size"],
]);

/**
 * Maps the start of a message to a fault, for errors that have nothing else: axios's, and what the Huawei Cloud SDK keeps of
 * axios's errors.
 */
const messageStarts: readonly (readonly [start: string, type: FaultType])[] = [
  ["timeout of ", "http_response_timeout"],
  ["stream has been aborted", "http_response_incomplete"],
  ["maxContentLength size of ", "http_response_body_size"],
  ["socket hang up", "connection_terminated"],
  ["Proxy response (", "connection_refused"], // undici calls it an abort when a forward proxy refuses the tunnel
  ["incorrect header check", "http_response_content_coding"],
  ["other side closed", "connection_terminated"], // Elasticsearch keeps no code
  ["Response aborted", "http_response_incomplete"], // Elasticsearch 7, influxdb
  ["Error reading response as text: aborted", "http_response_incomplete"], // Azure
  ["The operation was aborted due to timeout", "http_response_timeout"], // postmark
  ['"timeout"', "http_response_timeout"], // clients that Fern generates
  ["Request aborted due to timeout", "http_response_timeout"], // stripe
];

/** Maps llhttp's messages to a fault, where its code is lost: by undici 7, and by the Huawei Cloud SDK. */
const parserMessages: readonly (readonly [words: RegExp, type: FaultType])[] = [
  [/chunk/i, "http_response_transfer_coding"],
  [/header overflow/i, "http_response_header_section_size"],
];

/**
 * Finds messages that nobody else would write, of errors that have nothing else (needle's, ws's, undici's, request's, nano's, typed-rest-client's, simple-get's; fetch's, of which Feathers keeps the message). Each group has the
 * name of the fault's type.
 */
const bareMessages =
  /(?<connection_read_timeout>^read timeout$)|(?<redirects>^Max redirects reached\. |^Exceeded maxRedirects\. |^too many redirects$)|(?<unknown>^error happened in your connection\. Reason: |^fetch failed$)|(?<http_response_timeout>^Opening handshake has timed out$|^Request timeout: \/|^Request timed out$|^The operation was aborted due to timeout$)|(?<http_response_incomplete>^terminated$)|(?<http_upgrade_failed>^Unexpected server response: \d+$|^Invalid Sec-WebSocket-(?:Accept|Extensions) header$|^Server (?:sent (?:an? |no )(?:invalid )?(?:subprotocol|Sec-)|indicated an extension ))|(?<http_protocol_error>\bassert\(statusCode >= 100\))/;

/** Whether an error without a kind of its own has one of those messages. */
export function isBareClientError(error: object): boolean {
  return bareMessages.test(readText(error, "message") ?? "");
}

function faultOfMessage(link: unknown): FaultType | undefined {
  const message = readText(link, "message") ?? "";
  if (message.startsWith("Parse Error: ") || readText(link, "name") === "HTTPParserError")
    return parserMessages.find(([words]) => words.test(message))?.[1] ?? "http_protocol_error";
  // The parser of fetch insists on three digits; its message depends on how Node was built.
  if (message === "fetch failed" && readText(link, "cause", "code") === "ERR_ASSERTION") return "http_protocol_error";
  const [, syscall, code] = /^(?:error happened in your connection\. Reason: Error: )?([a-z]+) (E[A-Z]+)\b/.exec(message) ?? []; // "connect ECONNREFUSED 127.0.0.1:80"
  const known =
    nodeFetchTypes.get(readText(link, "type") ?? "") ?? messageStarts.find(([start]) => message.startsWith(start))?.[1];
  const bare = read(link, "cause") === undefined ? matchedGroup(bareMessages, message) : undefined;
  // A loop of redirects does not pass through this gateway, and RFC 9209 section 2.3.32 means only loops that do.
  const stated = bare === "redirects" || bare === "unknown" ? undefined : (bare as FaultType | undefined);
  return known ?? stated ?? classifyFault({ syscall, code, message });
}

/** Whether a time limit is what an error reports, by its name; algoliasearch says so of each host that it tried. */
function isTimeout(link: unknown): boolean {
  return timeoutName.test(errorName(link)) || read(read(link, "stackTrace", 0, "response"), "isTimedOut") === true;
}

const abortNames: ReadonlySet<string> = new Set([
  "AbortError",
  "CanceledError",
  "APIUserAbortError",
  "GoogleGenerativeAIAbortError",
]);

/** Whether a call was aborted, by whomever. */
export function isAbort(link: unknown): boolean {
  return abortNames.has(errorName(link)) || readText(link, "code") === "ABORTED";
}

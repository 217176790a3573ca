import { errorReplyFields } from "../../http/error-reply-fields.js";
import { requiredFields } from "../../http/header-fields.js";
import type { Finding } from "../../problem/finding.js";
import { errorChain } from "../../proxy-errors/classify-fault.js";
import { isError, read, readText } from "../../util/safe-read.js";
import { fault, type Context } from "../rule.js";
import { callFault, isAbort } from "./call-fault.js";

/**
 * Maps an upstream's status that nobody handled to this gateway's own. A status that is not listed becomes 502 (RFC 9110 section
 * 15.6.3).
 */
const gatewayStatuses: ReadonlyMap<number, number> = new Map([
  [429, 503], // this gateway sent too many requests, not its client
  [503, 503],
  [504, 504],
]);

/** Gives this gateway's own status for an upstream's status that nobody handled. */
export function gatewayStatus(received: number | undefined): number {
  return gatewayStatuses.get(received ?? 0) ?? 502;
}

/** Makes the finding for a call that was answered with a status other than a success. */
export function answeredCallFinding(status: number, headers: unknown, context: Pick<Context, "relayStatuses">): Finding {
  if (status < 200 || status > 599) return { ...fault("http_protocol_error"), receivedStatus: status }; // RFC 9110 section 15
  const own = gatewayStatus(status);
  if (context.relayStatuses.has(status)) return { status, upstream: true, headers: fieldsForStatus(headers, status) };
  return { status: own, receivedStatus: status, headers: own === 503 ? fieldsForStatus(headers, own) : undefined };
}

/** Makes the finding for a call that a limit of the vendor, or of the client itself, refused. discord.js counts in milliseconds. */
export function limitedCallFinding(error: object): Finding {
  const wait = read(error, "retryAfter") ?? read(error, "retry_after");
  const isMilliseconds = typeof wait === "number" && read(error, "timeToReset") !== undefined;
  return {
    status: 503,
    headers: fieldsForStatus({ "retry-after": String(isMilliseconds ? Math.ceil(wait / 1000) : wait) }, 503),
  };
}

/**
 * Makes the finding for a call without a usable answer: refused, cut, timed out, aborted or never made. Undefined when the error
 * does not say.
 * @param receivedStatus the status of a response that began well. RFC 9209 has no type for content that contradicts its own media
 *   type: the exchange succeeded, and a proxy error would send the operator to the network. Such a failure has its received
 *   status alone.
 */
export function failedCallFinding(
  error: object,
  context: Pick<Context, "clientGone">,
  receivedStatus: number | undefined,
): Finding | undefined {
  const failures = [error, ...wrappedErrors(error)];
  const links = failures.flatMap(errorChain);
  const type = callFault(failures, links);
  const cut = receivedStatus !== undefined || links.some((link) => readText(link, "message") === "terminated"); // undici, of content
  const found = type && fault(type === "connection_terminated" && cut ? "http_response_incomplete" : type);
  if (receivedStatus !== undefined) return { status: 502, ...found, receivedStatus };
  if (found) return found;
  if (links.some(isAbort)) return { status: context.clientGone ? 499 : 503 }; // aborted by this gateway: as in resilience.ts
  return isBug(links) ? { status: 500 } : undefined;
}

/** Lists members besides `cause` in which clients keep the error that they met: AWS SDK 2, gaxios 6, stripe, Slack, supabase. */
const wrappingMembers = ["originalError", "error", "detail", "original", "context"] as const;

/** Lists the errors that a client's error wraps. Only an error counts: other values may be the content that came. */
function wrappedErrors(error: object): readonly object[] {
  return wrappingMembers.map((member) => read(error, member)).filter(isError);
}

/** Picks the header fields that an error of this status keeps, whatever object the client stores them in. */
function fieldsForStatus(headers: unknown, status: number): Readonly<Record<string, string>> {
  const valueOf = typeof read(headers, "get") === "function" ? fromGetter : readText;
  const names = ["retry-after", requiredFields.get(status) ?? "retry-after"];
  return errorReplyFields({ status, headers: Object.fromEntries(names.map((name) => [name, valueOf(headers, name)])) });
}

function fromGetter(headers: unknown, name: string): string | undefined {
  try {
    const value: unknown = (headers as Headers).get(name);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lists the codes of calls that were never sent, since the call itself is wrong, which is this gateway's bug. axios's
 * ERR_BAD_REQUEST has no response then.
 */
const misuseCodes: ReadonlySet<string> = new Set([
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

/** Finds the same in the messages of fetch and of the Huawei Cloud SDK. */
const misuseMessages = /^(?:unknown scheme$|bad port$|Invalid URL$|Unsupported protocol )/;

/** Whether the call itself is wrong. An invalid URL that has a base was the Location of a redirect, so it is the upstream's fault. */
function isBug(links: readonly unknown[]): boolean {
  return links.some(isMisuse) && !links.some(isRedirectError);
}

/** Whether a redirect failed. follow-redirects hides the base. */
function isRedirectError(link: unknown): boolean {
  return read(link, "base") !== undefined || readText(link, "code") === "ERR_FR_REDIRECTION_FAILURE";
}

function isMisuse(link: unknown): boolean {
  const message = readText(link, "message") ?? "";
  if (misuseCodes.has(readText(link, "code") ?? "") || misuseMessages.test(message)) return true;
  return readText(link, "name") === "TypeError" && message !== "fetch failed" && message !== "terminated";
}

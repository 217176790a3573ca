import { replyFields } from "../../http/error-reply-fields.js";
import { requiredFields } from "../../http/header-fields.js";
import type { Finding } from "../../problem/finding.js";
import { wrapped } from "../../proxy-errors/classify-fault.js";
import { read, readText } from "../../util/safe-read.js";
import { fault, type Context } from "../rule.js";
import { faultOfCall, isAbort } from "./call-fault.js";

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
export function answered(status: number, headers: unknown, context: Pick<Context, "relayStatuses">): Finding {
  if (status < 200 || status > 599) return { ...fault("http_protocol_error"), receivedStatus: status }; // RFC 9110 section 15
  const own = ownFailure(status);
  if (context.relayStatuses.has(status)) return { status, upstream: true, headers: fieldsOf(headers, status) };
  return { status: own, receivedStatus: status, headers: own === 503 ? fieldsOf(headers, own) : undefined };
}

/**
 * The finding for a call without a usable answer: refused, cut, timed out, given up or never made; undefined when the error does not say.
 * @param begun the status of a response that began well. RFC 9209 has no type for content that its own media type disowns: the
 *   exchange succeeded, and a proxy error would send the operator to the network. Such a failure has its received status alone.
 */
export function unanswered(error: object, context: Pick<Context, "clientGone">, begun: number | undefined): Finding | undefined {
  const links = wrapped(error);
  const type = faultOfCall(error, links);
  const cut = begun !== undefined || links.some((link) => readText(link, "message") === "terminated"); // undici, of content
  const found = type && fault(type === "connection_terminated" && cut ? "http_response_incomplete" : type);
  if (begun !== undefined) return { status: 502, ...found, receivedStatus: begun };
  if (found) return found;
  if (links.some(isAbort)) return { status: context.clientGone ? 499 : 503 }; // given up by this gateway: as in resilience.ts
  return isBug(links) ? { status: 500 } : undefined;
}

/** Those of its fields that an error of this status has, whatever the client keeps them in. */
function fieldsOf(headers: unknown, status: number): Readonly<Record<string, string>> {
  const valueOf = typeof read(headers, "get") === "function" ? fromGetter : readText;
  const names = ["retry-after", requiredFields[status] ?? "retry-after"];
  return replyFields({ status, headers: Object.fromEntries(names.map((name) => [name, valueOf(headers, name)])) });
}

function fromGetter(headers: unknown, name: string): string | undefined {
  try {
    const value: unknown = (headers as Headers).get(name);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
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
  return links.some(isMisuse) && !links.some(isRedirects);
}

/** follow-redirects hides the base. */
function isRedirects(link: unknown): boolean {
  return read(link, "base") !== undefined || readText(link, "code") === "ERR_FR_REDIRECTION_FAILURE";
}

function isMisuse(link: unknown): boolean {
  const message = readText(link, "message") ?? "";
  if (bugs.has(readText(link, "code") ?? "") || bugWords.test(message)) return true;
  return readText(link, "name") === "TypeError" && message !== "fetch failed" && message !== "terminated";
}

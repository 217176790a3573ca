import { errorReplyFields } from "../http/error-reply-fields.js";
import { dropCredentials, survivingFields } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import { upstreamFailure } from "../problem/problem-error.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import type { ReplyOptions } from "./reply-finding.js";

/**
 * Whether the body of an error reply is left alone, by the request's path or the reply's media type.
 * @param entries the option `leaveBody`
 * @param target of the client's request
 */
export function isBodyLeft(entries: readonly string[], { headers }: ReplyHead, target: string | undefined): boolean {
  const [type = ""] = String(headers["content-type"] ?? "").split(";", 1);
  const mediaType = type.trim().toLowerCase();
  const path = plainPath(target);
  return entries.some((entry) => (entry.startsWith("/") ? isAt(entry, path) : entry.toLowerCase() === mediaType));
}

/** Matches what servers read differently: dot segments, encoded or empty segments, parameters. A client must not choose by them. */
const ambiguous = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|[\\;]|\/\//i;

/** Gives the path of a request target; undefined for one that servers read differently. */
function plainPath(target = ""): string | undefined {
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  return ambiguous.test(path) ? undefined : path || "/";
}

function isAt(entry: string, path: string | undefined): boolean {
  return entry.endsWith("/*") ? (path?.startsWith(entry.slice(0, -1)) ?? false) : path === entry;
}

/** Lists the fields without which a client could not read the body. */
const bodyFields = ["content-encoding", "content-language", "content-length", "content-type"];

/**
 * Makes the head of an error reply whose body is left alone: status and header fields are those of the contract, and the failure is
 * reported. A body of our own is rendered for nothing, which costs less than another way through the responder.
 */
export function leftHead(respond: Responder, head: ReplyHead, facts: Facts, options: ReplyOptions): ReplyHead {
  const errorFields = errorReplyFields(head);
  if (options.upstreamCredentials === "drop") dropCredentials(errorFields);
  const surviving = Object.fromEntries(survivingFields(head.headers, options)) as NonNullable<Facts["responseHeaders"]>;
  const failure = upstreamFailure({ status: head.status, upstream: true, headers: errorFields });
  const responseHeaders = { ...facts.responseHeaders, ...surviving };
  const { status, headers } = respond(failure, { ...facts, responseHeaders });
  const fields: Record<string, ReplyHead["headers"][string]> = { ...surviving, ...headers };
  for (const name of bodyFields) {
    if (head.headers[name] === undefined) delete fields[name];
    else fields[name] = head.headers[name];
  }
  return { status, headers: fields };
}

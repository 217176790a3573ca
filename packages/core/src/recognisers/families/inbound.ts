import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";

/**
 * What goes wrong with a request before its handler gets to work. A client that leaves and content that does not inflate often come
 * as bare errors of Node's, which look the same from an upstream: node.ts tells them apart.
 */
export const inbound: Family = {
  marks: { type: content },
  names: { SyntaxError: json, URIError: address },
  // csurf and its successors throw http-errors, whose message is meant.
  codes: { EBADCSRFTOKEN: (error) => (read(error, "expose") === undefined ? { status: 403 } : undefined) },
};

/**
 * What raw-body and body-parser write into `type`. Their messages quote the content or a header. The status is the error's own: a
 * `verify` function may have thrown one that has another.
 */
function content(error: object): Finding | undefined {
  const [type, status] = [readText(error, "type") ?? "", readStatus(error, "status")];
  if (type === "request.aborted") return { status: 499 };
  const detail = contents.get(type);
  return detail && status && status < 500 ? (json(error) ?? { status, detail }) : undefined;
}

const contents: ReadonlyMap<string, string> = new Map([
  ["charset.unsupported", "The charset of the request's content is not supported."],
  ["encoding.unsupported", "The coding of the request's content is not supported."],
  ["entity.parse.failed", "The request's content could not be parsed."],
  ["entity.too.large", "The request's content is too large."],
  ["entity.verify.failed", "The request's content was refused."],
  ["parameters.too.many", "The request's content has too many parameters."],
  ["querystring.parse.rangeError", "The request's content is nested too deeply."],
  ["request.size.invalid", "The request's content is not as long as its Content-Length says."],
]);

/** co-body puts a 400 on what JSON.parse threw. Without a status it may as well be a file's or an upstream's JSON. */
function json(error: object, context?: Context): Finding | undefined {
  if (readText(error, "name") !== "SyntaxError") return undefined;
  const status = readStatus(error, "status") ?? (context?.origin === "inbound" ? 400 : 500);
  return status < 500 ? { status, detail: "The request's content is not valid JSON." } : undefined;
}

/** decodeURIComponent's, in a router or a handler. Express adds a 400, and the path to the message. */
function address(_error: object, { origin }: Context): Finding | undefined {
  const elsewhere = origin === "upstream" || origin === "datastore";
  return elsewhere ? undefined : { status: 400, detail: "The request's address is not validly percent-encoded." };
}

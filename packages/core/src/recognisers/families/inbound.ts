import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";

/**
 * Recognises failures of a request before its handler begins. A client that leaves and content that does not inflate often come
 * as bare errors of Node, which look the same from an upstream: node.ts distinguishes them.
 */
export const inbound: Family = {
  marks: { type: bodyParserFinding },
  names: { SyntaxError: jsonFinding, URIError: uriFinding },
  // csurf and its successors throw http-errors, whose message is meant for the client.
  codes: { EBADCSRFTOKEN: (error) => (read(error, "expose") === undefined ? { status: 403 } : undefined) },
};

/**
 * Recognises raw-body's and body-parser's errors by their `type`. Their messages quote the content or a header. The status is the
 * error's own: a `verify` function may have thrown one with another status.
 */
function bodyParserFinding(error: object): Finding | undefined {
  const [type, status] = [readText(error, "type") ?? "", readStatus(error, "status")];
  if (type === "request.aborted") return { status: 499 };
  const detail = bodyParserDetails.get(type);
  return detail && status && status < 500 ? (jsonFinding(error) ?? { status, detail }) : undefined;
}

const bodyParserDetails: ReadonlyMap<string, string> = new Map([
  ["charset.unsupported", "The charset of the request's content is not supported."],
  ["encoding.unsupported", "The coding of the request's content is not supported."],
  ["entity.parse.failed", "The request's content could not be parsed."],
  ["entity.too.large", "The request's content is too large."],
  ["entity.verify.failed", "The request's content was refused."],
  ["parameters.too.many", "The request's content has too many parameters."],
  ["querystring.parse.rangeError", "The request's content is nested too deeply."],
  ["request.size.invalid", "The request's content is not as long as its Content-Length says."],
]);

/** Recognises an error of JSON.parse. co-body puts a 400 on it. Without a status it may come from a file's or an upstream's JSON. */
function jsonFinding(error: object, context?: Context): Finding | undefined {
  if (readText(error, "name") !== "SyntaxError") return undefined;
  const status = readStatus(error, "status") ?? (context?.origin === "inbound" ? 400 : 500);
  return status < 500 ? { status, detail: "The request's content is not valid JSON." } : undefined;
}

/** Recognises decodeURIComponent's error, in a router or a handler. Express adds a 400, and the path to the message. */
function uriFinding(_error: object, { origin }: Context): Finding | undefined {
  const elsewhere = origin === "upstream" || origin === "datastore";
  return elsewhere ? undefined : { status: 400, detail: "The request's address is not validly percent-encoded." };
}

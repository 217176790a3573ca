import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";
import { ownTexts } from "../../problem/own-texts.js";

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
  ["charset.unsupported", ownTexts["content-charset"]],
  ["encoding.unsupported", ownTexts["content-coding"]],
  ["entity.parse.failed", ownTexts["content-not-parsed"]],
  ["entity.too.large", ownTexts["content-too-large"]],
  ["entity.verify.failed", ownTexts["content-refused"]],
  ["parameters.too.many", ownTexts["content-too-many-parameters"]],
  ["querystring.parse.rangeError", ownTexts["content-too-deep"]],
  ["request.size.invalid", ownTexts["content-length-differs"]],
]);

/** Recognises an error of JSON.parse. co-body puts a 400 on it. Without a status it may come from a file's or an upstream's JSON. */
function jsonFinding(error: object, context?: Context): Finding | undefined {
  if (readText(error, "name") !== "SyntaxError") return undefined;
  const status = readStatus(error, "status") ?? (context?.origin === "inbound" ? 400 : 500);
  return status < 500 ? { status, detail: ownTexts["content-not-json"] } : undefined;
}

/** Recognises decodeURIComponent's error, in a router or a handler. Express adds a 400, and the path to the message. */
function uriFinding(_error: object, { origin }: Context): Finding | undefined {
  const elsewhere = origin === "upstream" || origin === "datastore";
  return elsewhere ? undefined : { status: 400, detail: ownTexts["address-not-encoded"] };
}

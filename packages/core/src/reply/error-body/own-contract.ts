import type { ReplyHead } from "../../http/reply-head.js";
import { extensionsOf, standardMembers } from "../../problem/extensions.js";
import type { FieldError, Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { cleanCode, isLanguageTag, isRequestId } from "../../util/sanitize.js";

/**
 * Reads the error body of a service that has this very contract, member for member; undefined for any other. Only the reply's own
 * status counts, never the body's. Anybody can write such a body: toProblem() makes each member fit for the client as it does any
 * other's.
 */
export function ownFinding({ status, headers }: ReplyHead, body: unknown): Finding | undefined {
  const named = headers["content-language"];
  const language = typeof named === "string" && isLanguageTag(named) ? named : undefined;
  if (isOwnProblem(body)) {
    const { type, detail, error_code: code, instance, request_id: requestId, errors } = body;
    const title = body["status"] === status ? body.title : undefined; // another status would have another title
    const fields = Array.isArray(errors) ? (errors as readonly FieldError[]) : undefined;
    const extensions = extensionsOf(body, standardMembers);
    return { status, ownContract: true, language, type, title, detail, code, instance, requestId, errors: fields, extensions };
  }
  if (!isOwnFunctionGraphBody(body, headers)) return undefined;
  const { error_code: code, error_msg: detail, request_id: requestId } = body;
  return { status, ownContract: true, language, code, detail, requestId };
}

/** Lists the members of RFC 9457's format that are texts. */
const problemTexts = ["type", "title", "detail", "instance", "error_code", "error_msg", "request_id"] as const;

function isOwnProblem(body: unknown): body is Readonly<Record<string, unknown> & Record<(typeof problemTexts)[number], string>> {
  return (
    problemTexts.every((name) => readText(body, name) !== undefined) &&
    typeof read(body, "status") === "number" &&
    read(body, "error_msg") === read(body, "detail") &&
    /^[\x21-\x7e]+$/.test(readText(body, "instance")!) &&
    hasValidCodeAndId(body)
  );
}

const functionGraphTexts = ["error_code", "error_msg", "request_id"] as const;

/**
 * Whether a reply is one of this contract in FunctionGraph's format. FunctionGraph sends that format too, but without this
 * contract's head: its message on a 5xx was not meant for clients.
 */
function isOwnFunctionGraphBody(
  body: unknown,
  headers: ReplyHead["headers"],
): body is Readonly<Record<(typeof functionGraphTexts)[number], string>> {
  return (
    functionGraphTexts.every((name) => readText(body, name) !== undefined) &&
    Object.keys(body as object).length === functionGraphTexts.length &&
    headers["x-request-id"] === read(body, "request_id") &&
    headers["cache-control"] === "no-store" &&
    headers["x-content-type-options"] === "nosniff" &&
    hasValidCodeAndId(body)
  );
}

function hasValidCodeAndId(body: unknown): boolean {
  return cleanCode(read(body, "error_code")) !== undefined && isRequestId(read(body, "request_id"));
}

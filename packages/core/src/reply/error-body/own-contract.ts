import type { ReplyHead } from "../../http/reply-head.js";
import { extensionsOf } from "../../problem/extensions.js";
import type { FieldError, Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { cleanCode, isRequestId } from "../../util/sanitize.js";

/**
 * What a service that speaks this very contract says, member for member; undefined when it does not. Only the reply's own status is
 * believed, never the body's. Anybody can write such a body: toProblem() makes each member fit for the client as it does any other's.
 */
export function ownFinding({ status, headers }: ReplyHead, body: unknown): Finding | undefined {
  if (isOwn(body)) {
    const { type, detail, error_code: code, instance, request_id: requestId, errors } = body;
    const title = body["status"] === status ? body.title : undefined; // else it is another status's
    const fields = Array.isArray(errors) ? (errors as readonly FieldError[]) : undefined;
    const extensions = extensionsOf(body, members);
    return { status, ours: true, type, title, detail, code, instance, requestId, errors: fields, extensions };
  }
  if (!isFunctionGraph(body, headers)) return undefined;
  const { error_code: code, error_msg: detail, request_id: requestId } = body;
  return { status, ours: true, code, detail, requestId };
}

/** RFC 9457's format. All of these are texts. */
const texts = ["type", "title", "detail", "instance", "error_code", "error_msg", "request_id"] as const;
const members: ReadonlySet<string> = new Set([...texts, "status", "errors"]);

function isOwn(body: unknown): body is Readonly<Record<string, unknown> & Record<(typeof texts)[number], string>> {
  return (
    texts.every((name) => readText(body, name) !== undefined) &&
    typeof read(body, "status") === "number" &&
    read(body, "error_msg") === read(body, "detail") &&
    /^[\x21-\x7e]+$/.test(readText(body, "instance")!) &&
    isMarked(body)
  );
}

const functionGraphs = ["error_code", "error_msg", "request_id"] as const;

/** FunctionGraph's format. FunctionGraph sends it too, but not with our head: what it says on a 5xx was not meant for clients. */
function isFunctionGraph(
  body: unknown,
  headers: ReplyHead["headers"],
): body is Readonly<Record<(typeof functionGraphs)[number], string>> {
  return (
    functionGraphs.every((name) => readText(body, name) !== undefined) &&
    Object.keys(body as object).length === functionGraphs.length &&
    headers["x-request-id"] === read(body, "request_id") &&
    headers["cache-control"] === "no-store" &&
    headers["x-content-type-options"] === "nosniff" &&
    isMarked(body)
  );
}

function isMarked(body: unknown): boolean {
  return cleanCode(read(body, "error_code")) !== undefined && isRequestId(read(body, "request_id"));
}

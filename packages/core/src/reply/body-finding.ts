import { isErrorStatus } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { parseContent, problemFormat } from "./body/parse-body.js";
import { errorCodeIn, readEnvelope } from "./error-body/error-body.js";
import { ownFinding } from "./error-body/own-contract.js";
import { functionFinding, type InvocationHead } from "./functiongraph/function-reply.js";

/**
 * Makes the finding of an error response whose body, a text, octets or a JSON value, is at hand. Never throws.
 * @example replyFinding(404, "text/plain", "No such order").detail // "No such order"
 */
export function replyFinding(status: number, contentType: string | undefined, body: unknown): Finding {
  return bodyFinding({ status, headers: { "content-type": contentType } }, body);
}

/**
 * Makes the finding of a reply by its head and its body. A server error gives only its code, since its message was not written
 * for this client; a document of this contract gives all members.
 * @param hiddenFailures whether the reply may be FunctionGraph's
 * @param invocation what the head says of an invocation, where it was inspected before
 */
export function bodyFinding(head: ReplyHead, body: unknown, hiddenFailures = false, invocation?: InvocationHead): Finding {
  const { status, headers } = head;
  try {
    const contentType = String(headers["content-type"] ?? "");
    const content = parseContent(contentType, body);
    const own = isErrorStatus(status) ? ownFinding(head, content) : undefined; // this contract has no document for a success
    if (own) return own;
    const functionFailure = hiddenFailures ? functionFinding(head, content, invocation) : undefined;
    if (functionFailure) return functionFailure;
    const { code = errorCodeIn(headers["x-amzn-errortype"]), ...words } = readEnvelope(content, problemFormat(contentType));
    return status < 500 ? { status, code, ...words } : { status, code, requestId: words.requestId };
  } catch {
    return { status }; // a handler's body may have a getter that throws
  }
}

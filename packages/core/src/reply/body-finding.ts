import { isErrorStatus } from "../contract/contract.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { Finding } from "../problem/finding.js";
import { isProblemType, parseContent } from "./body/parse-body.js";
import { codeOf, readEnvelope } from "./error-body/error-body.js";
import { ownFinding } from "./error-body/own-contract.js";
import { functionFinding, type InvocationHead } from "./functiongraph/function-reply.js";

/** What an error response says whose body, a text, octets or a JSON value, is at hand. */
export function replyFinding(status: number, contentType: string | undefined, body: unknown): Finding {
  return findingOf({ status, headers: { "content-type": contentType } }, body);
}

/** Of a server error only its code is taken, for its message was not written for this client; unless it is one of our own. */
export function findingOf(head: ReplyHead, body: unknown, hiddenFailures = false, told?: InvocationHead): Finding {
  const { status, headers } = head;
  try {
    const contentType = String(headers["content-type"] ?? "");
    const content = parseContent(contentType, body);
    const own = isErrorStatus(status) ? ownFinding(head, content) : undefined; // this contract answers no success
    if (own) return own;
    const failed = hiddenFailures ? functionFinding(head, content, told) : undefined;
    if (failed) return failed;
    const { code = codeOf(headers["x-amzn-errortype"]), ...words } = readEnvelope(content, isProblemType(contentType));
    return status < 500 ? { status, code, ...words } : { status, code };
  } catch {
    return { status }; // a handler's body may have a getter that throws
  }
}

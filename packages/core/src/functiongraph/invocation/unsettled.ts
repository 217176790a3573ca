import { isErrorStatus } from "../../contract.js";
import { meant } from "../../problem-error.js";
import type { Responder } from "../../responder.js";
import { parseContent } from "../../upstream/content/parse-content.js";
import { replyFinding } from "../../upstream/replies/reply-finding.js";
import { readResult, type Invocation } from "./result.js";
import { checkResult, ownMalformed } from "./shape.js";

/** What is to be answered instead of a result. */
export interface Unsettled {
  /** To be handed to a responder. */
  readonly meaning: object;
  /** The fields of the result. */
  readonly headers: Invocation["headers"];
}

/**
 * What to answer with where a handler's own result may not leave: undefined where it may. A JSON error body is left alone where its
 * status is documented. Never throws.
 * @example const instead = unsettledResult(result, respond);
 */
export function unsettledResult(result: unknown, respond: Responder): Unsettled | undefined {
  try {
    const { statusCode } = checkResult(result);
    if (statusCode < 200) throw new TypeError(`The function's result has a status that ends no exchange, ${statusCode}`);
    if (!isErrorStatus(statusCode)) return undefined;
    const invocation = readResult(result);
    const meaning = meaningOf(invocation, respond);
    return meaning && { meaning, headers: invocation.headers };
  } catch (cause) {
    return { meaning: ownMalformed(cause), headers: {} };
  }
}

function meaningOf({ status, headers, content }: Invocation, respond: Responder): object | undefined {
  const contentType = String(headers["content-type"] ?? "");
  const said = parseContent(contentType, content ?? "");
  const isJson = /^$|[/+]json\b/i.test(contentType) && typeof said === "object" && said !== null;
  return isJson && respond.documents(status) ? undefined : meant(replyFinding(status, contentType, said));
}

import { isErrorStatus } from "../contract/contract.js";
import { isField } from "../http/is-field.js";
import { meant } from "../problem/problem-error.js";
import { replyFinding } from "../reply/body-finding.js";
import { parseContent } from "../reply/body/parse-body.js";
import type { Responder } from "../responder/responder.js";
import { checkResult, ownMalformed, type InvocationResult } from "./check-result.js";
import { readResult, textsOf, type Invocation } from "./read-result.js";
import type { WholeResult } from "./to-invocation.js";

/** Describes a result that may not leave as it is. */
interface Unsettled {
  /** The value to answer with, for a responder. */
  readonly meaning: object;
  /** The fields of the result, names in lower case. */
  readonly headers: Invocation["headers"];
}

/**
 * Completes a handler's own result as API Gateway accepts it, or gives the value to answer with where the result may not leave. A JSON
 * error body stays as it is where its status is documented. Never throws.
 * @example const settled = settleResult(await handler(event), respond);
 */
export function settleResult(result: unknown, respond: Responder): WholeResult | Unsettled {
  try {
    const checked = checkResult(result);
    const { statusCode } = checked;
    if (statusCode < 200) throw new TypeError(`The function's result has a status that ends no exchange, ${statusCode}`);
    const whole = completed(checked);
    if (!isErrorStatus(statusCode)) return whole;
    const invocation = readResult(whole);
    const meaning = errorMeaning(invocation, respond);
    return meaning ? { meaning, headers: invocation.headers } : whole;
  } catch (cause) {
    return { meaning: ownMalformed(cause), headers: {} };
  }
}

/** Fills in all four members, as the runtime's JSON can represent them: octets become Base64. */
function completed({ statusCode, headers, body, isBase64Encoded }: InvocationResult): WholeResult {
  const fields = Object.entries(headers ?? {}).flatMap(([name, value]) => {
    const texts = textsOf(value);
    return texts.length === 0 ? [] : [[name, Array.isArray(value) ? texts : texts[0]!] as const];
  });
  const whole = Object.fromEntries(fields);
  if (!Object.entries(whole).every(([name, value]) => isField(name, value)))
    throw new TypeError("The function's result has a header field that is not valid");
  return body instanceof Uint8Array
    ? { statusCode, headers: whole, body: Buffer.from(body).toString("base64"), isBase64Encoded: true }
    : { statusCode, headers: whole, body: body ?? "", isBase64Encoded: isBase64Encoded ?? false };
}

function errorMeaning({ status, headers, content }: Invocation, respond: Responder): object | undefined {
  if (!content) return meant({ status });
  const contentType = String(headers["content-type"] ?? "");
  const parsed = parseContent(contentType, content);
  const isJson = /^$|[/+]json\b/i.test(contentType) && typeof parsed === "object" && parsed !== null;
  return isJson && respond.documents(status) ? undefined : meant(replyFinding(status, contentType, parsed));
}

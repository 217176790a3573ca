import { isErrorStatus } from "../contract/contract.js";
import { fitsStatus, isDroppedWithError } from "../http/header-fields.js";
import type { Problem } from "../problem/problem.js";
import { noOptions, responderOf } from "../responder/cached-responder.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Rendered, Responder } from "../responder/responder.js";
import { isError, read, readText } from "../util/safe-read.js";
import type { InvocationResult } from "./check-result.js";
import { eventFacts } from "./event-facts.js";
import type { Invocation } from "./read-result.js";

/**
 * Describes a result with all of its members.
 * @example
 * const result: WholeResult = toInvocation(problem(404, "No such order"), event);
 * result.statusCode; // 404
 */
export interface WholeResult extends InvocationResult {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * Makes the result of a function behind an API Gateway trigger out of a problem.
 * @param problem a `Problem`, of `normalizeError()` or `normalizeUpstream()`; any other value, such as a `ProblemError` or an
 *   error that was caught, is normalised first
 * @param event API Gateway's: its request id, path and Accept are read
 * @param options those of `fgErrors()`; hand over the same object each time, since it is checked once. Default {}
 * @throws TypeError for a wrong option; nothing else
 * @example return toInvocation(problem(404, "No such order"), event);
 */
export function toInvocation(problem: unknown, event?: unknown, options: ResponderOptions = noOptions): WholeResult {
  const respond = responderOf(options, "toInvocation");
  const facts = eventFacts(event);
  return resultOf(isProblem(problem, respond) ? respond.render(problem, facts) : respond(problem, facts));
}

/**
 * Makes a function's result of a rendered problem. It has no Content-Length: API Gateway adds that to the message.
 * @param before fields of the result that it replaces, names in lower case: representation fields are left out
 * @example return resultOf(respond(thrown, eventFacts(event, context)));
 */
export function resultOf({ status, headers, body }: Rendered, before: Invocation["headers"] = {}): WholeResult {
  const surviving = Object.entries(before).filter(
    ([name, value]) => !isDroppedWithError(name) || fitsStatus(name, value, status),
  ) as Entry[];
  const added = Object.entries(headers).filter(([name]) => name !== "content-length");
  return { statusCode: status, headers: Object.fromEntries([...surviving, ...added]), body, isBase64Encoded: false };
}

type Entry = [name: string, value: string | readonly string[]];

const textMembers = ["type", "title", "detail", "code"] as const;

/** Whether a value can be rendered as it is. An error never can: an upstream may have chosen its members. */
function isProblem(value: unknown, respond: Responder): value is Problem {
  if (isError(value)) return false;
  const status = read(value, "status");
  const isDocumented = typeof status === "number" && isErrorStatus(status) && respond.documents(status);
  return isDocumented && textMembers.every((name) => readText(value, name) !== undefined);
}

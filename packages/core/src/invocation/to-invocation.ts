import { isErrorStatus } from "../contract/contract.js";
import { diesWithError } from "../http/header-fields.js";
import type { Problem } from "../problem/problem.js";
import { responderOf } from "../responder/cached-responder.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Rendered, Responder } from "../responder/responder.js";
import { isError, read, readText } from "../util/safe-read.js";
import type { InvocationResult } from "./check-result.js";
import { eventFacts } from "./event-facts.js";
import type { Invocation } from "./read-result.js";

/** A result that leaves nothing open. */
export interface WholeResult extends InvocationResult {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * What a function behind an API Gateway trigger returns for a problem.
 * @param problem a `Problem`, of `normalizeError()` or `normalizeUpstream()`; anything else, such as a `ProblemError` or what was caught, is
 *   normalised first
 * @param event API Gateway's: for the request id, the path, and Accept
 * @param options those of `fgErrors()`; hand over the same object each time, since it is checked once
 * @throws TypeError for a wrong option; nothing else
 * @example return toInvocation(problem(404, "No such order"), event);
 */
export function toInvocation(problem: unknown, event?: unknown, options: ResponderOptions = none): WholeResult {
  const respond = responderOf(options, "toInvocation");
  const facts = eventFacts(event);
  return resultOf(isProblem(problem, respond) ? respond.render(problem, facts) : respond(problem, facts));
}

const none: ResponderOptions = {};

/**
 * A rendered problem as a function's result. API Gateway makes a message of it and says its length itself.
 * @param before fields of the result that it replaces, names in lower case: those that describe its content are left out
 * @example return resultOf(respond(thrown, eventFacts(event, context)));
 */
export function resultOf({ status, headers, body }: Rendered, before: Invocation["headers"] = {}): WholeResult {
  const lived = Object.entries(before).filter(([name]) => !diesWithError(name)) as Entry[];
  const added = Object.entries(headers).filter(([name]) => name !== "content-length");
  return { statusCode: status, headers: Object.fromEntries([...lived, ...added]), body, isBase64Encoded: false };
}

type Entry = [name: string, value: string | readonly string[]];

const texts = ["type", "title", "detail", "code"] as const;

/** What lacks anything of it cannot be rendered. An error that has it all may have been given it by an upstream. */
function isProblem(value: unknown, respond: Responder): value is Problem {
  if (isError(value)) return false;
  const status = read(value, "status");
  const isDocumented = typeof status === "number" && isErrorStatus(status) && respond.documents(status);
  return isDocumented && texts.every((name) => readText(value, name) !== undefined);
}

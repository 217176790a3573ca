import { channel } from "node:diagnostics_channel";
import type { Problem } from "../problem/problem.js";
import { guardHook } from "../util/guard-hook.js";
import { warn } from "../util/stderr.js";
import type { Facts } from "./request-facts.js";

/** Describes the context of a problem, for the operator. */
export interface ProblemContext {
  readonly requestId: string;
  readonly method: string | undefined;
  /** The request's own path, without its query, whatever an upstream says: at most 2000 printable ASCII characters. */
  readonly instance: string;
  /** Whether the response had begun, so that the client got a broken transfer instead of this problem. */
  readonly responseStarted: boolean;
  /** The request's facts as the adapter gave them. */
  readonly facts: Facts;
}

/** Publishes every problem: `{ problem, context }`. */
const problemChannel = channel("fg-errors:problem");

type Hook = (problem: Problem, context: ProblemContext) => unknown;

type Report = (problem: Problem, context: ProblemContext) => void;

/**
 * Makes the function that reports to the operator: to `onError`, to the channel, and a 5xx to the host; to stderr when nobody
 * handles it. It never throws.
 */
export function createReport(onError: Hook | undefined, onServerError: Hook | undefined): Report {
  const reportToUser = onError && guardHook("onError", onError);
  const reportToHost = onServerError && guardHook("an error listener", onServerError, (isHandled) => isHandled === true);
  return (problem, context) => {
    reportToUser?.(problem, context);
    const subscribed = problemChannel.hasSubscribers;
    if (subscribed) problemChannel.publish({ problem, context });
    if (problem.status < 500 || problem.routine) return;
    const isHandled = reportToHost?.(problem, context) || reportToUser || subscribed;
    if (!isHandled) queueMicrotask(() => logGuarded(problem, context)); // formatting a stack is expensive: after the response
  };
}

/** Writes a problem to stderr. An adapter's facts may be invalid, and a throw in a microtask would end the process. */
const logGuarded = guardHook("the line on stderr", logToStderr);

function logToStderr(
  { status, code, cause, receivedStatus, requestId: upstreamRequestId = "" }: Problem,
  { method, instance, requestId, responseStarted }: ProblemContext,
) {
  const received = receivedStatus === undefined ? "" : `, received ${receivedStatus}`;
  const linked = upstreamRequestId === "" || upstreamRequestId === requestId ? "" : `, upstream's ${upstreamRequestId}`;
  const cut = responseStarted ? ", response cut" : "";
  warn(`${status} ${code} ${method ?? "-"} ${instance} (request ${requestId}${linked}${received}${cut})`, cause);
}

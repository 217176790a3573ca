import { channel } from "node:diagnostics_channel";
import type { Problem } from "../problem/problem.js";
import { guard } from "../util/guard-hook.js";
import { warn } from "../util/stderr.js";
import type { Facts } from "./request-facts.js";

/** What the operator is told besides the problem. */
export interface ProblemContext {
  readonly requestId: string;
  readonly method: string | undefined;
  /** The request's own path, without its query, whatever an upstream says: at most 2000 printable ASCII characters. */
  readonly instance: string;
  /** The response had begun, so the client got a broken transfer instead of this problem. */
  readonly responseStarted: boolean;
  /** The request's facts as the adapter gave them. */
  readonly facts: Facts;
}

/** Published to for every problem: `{ problem, context }`. */
export const problemChannel = channel("fg-errors:problem");

type Hook = (problem: Problem, context: ProblemContext) => unknown;

export type Report = (problem: Problem, context: ProblemContext) => void;

/** Tells the operator: `onError`, the channel, and of a 5xx the host; stderr when nobody else heard of one. Never throws. */
export function createReport(onError: Hook | undefined, onServerError: Hook | undefined): Report {
  const tell = onError && guard("onError", onError);
  const tellHost = onServerError && guard("an error listener", onServerError, (heard) => heard === true);
  return (problem, context) => {
    tell?.(problem, context);
    const subscribed = problemChannel.hasSubscribers;
    if (subscribed) problemChannel.publish({ problem, context });
    if (problem.status < 500 || problem.routine) return;
    const heard = tellHost?.(problem, context) || tell || subscribed;
    if (!heard) queueMicrotask(() => logGuarded(problem, context)); // formatting a stack is expensive: after the response
  };
}

/** What adapters say of a request may not be what it should: a throw in a microtask would end the process. */
const logGuarded = guard("the line on stderr", logToStderr);

function logToStderr(
  { status, code, cause, receivedStatus, requestId: upstreams = "" }: Problem,
  { method, instance, requestId, responseStarted }: ProblemContext,
) {
  const received = receivedStatus === undefined ? "" : `, received ${receivedStatus}`;
  const linked = upstreams === "" || upstreams === requestId ? "" : `, upstream's ${upstreams}`;
  const cut = responseStarted ? ", response cut" : "";
  warn(`${status} ${code} ${method ?? "-"} ${instance} (request ${requestId}${linked}${received}${cut})`, cause);
}

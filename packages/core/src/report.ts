import { channel } from "node:diagnostics_channel";
import type { Facts } from "./facts.js";
import type { Problem } from "./problem.js";
import { isRoutine } from "./problem-error.js";
import { read, readText } from "./read.js";

/** What the operator is told besides the problem. */
export interface ProblemContext {
  readonly requestId: string;
  readonly method: string | undefined;
  /** The request's path, without its query. */
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

/** Tells the operator: `onError`, the channel, and of a 5xx the host, else, when nobody else was told, stderr. Never throws. */
export function createReport(onError: Hook | undefined, onServerError: Hook | undefined): Report {
  const tell = onError && guard("onError", onError);
  const tellHost = onServerError && guard("an error listener", onServerError);
  return (problem, context) => {
    tell?.(problem, context);
    const subscribed = problemChannel.hasSubscribers;
    if (subscribed) problemChannel.publish({ problem, context });
    if (problem.status < 500 || isRoutine(problem.cause)) return;
    if (tellHost) tellHost(problem, context);
    else if (!tell && !subscribed) queueMicrotask(() => logToStderr(problem, context)); // formatting a stack is dear: after the response
  };
}

/** A hook of the user's that can neither throw nor reject: its first failure goes to stderr, and it then counts as having answered undefined. */
export function guard<A extends readonly unknown[], R>(name: string, hook: (...args: A) => R): (...args: A) => R | undefined {
  let failed = false;
  const report = (error: unknown) => {
    if (failed) return;
    failed = true;
    warn(`${name} failed; the response is not affected and further failures are not reported`, error);
  };
  return (...args) => {
    try {
      const result = hook(...args);
      const then = read(result, "then");
      if (typeof then === "function") Promise.resolve(result).then(undefined, report);
      return result;
    } catch (error) {
      report(error);
      return undefined;
    }
  };
}

/** One line on stderr, and the error's stack below it. */
export function warn(message: string, error?: unknown): void {
  try {
    process.stderr.write(`fg-errors: ${message}${arguments.length > 1 ? `\n${describe(error)}` : ""}\n`);
  } catch {
    // A stderr that cannot be written to must not cost the client its answer.
  }
}

function logToStderr({ status, code, cause, receivedStatus }: Problem, { method, instance, requestId, responseStarted }: ProblemContext) {
  const received = receivedStatus === undefined ? "" : `, received ${receivedStatus}`;
  const cut = responseStarted ? ", response cut" : "";
  warn(`${status} ${code} ${method ?? "-"} ${instance} (request ${requestId}${received}${cut})`, cause);
}

/** The stacks along the chain of causes. Not util.inspect: it would print the members, credentials and all. */
function describe(error: unknown): string {
  const lines: string[] = [];
  for (let current = error, depth = 0; current !== undefined && depth < 5; depth++, current = read(current, "cause"))
    lines.push(readText(current, "stack") || `${readText(current, "name") ?? typeof current}: ${readText(current, "message") ?? plain(current)}`);
  return lines.join("\ncaused by ").slice(0, 10_000);
}

function plain(value: unknown): string {
  return typeof value === "object" || typeof value === "function" ? "" : String(value);
}

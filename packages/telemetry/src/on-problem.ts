import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Problem, ProblemContext } from "@fg-errors/core";
import { guardHook } from "@fg-errors/core/adapter";

/**
 * Describes a message of the diagnostics channel `fg-errors:problem`.
 * @example
 * const count = ({ problem, context }: ProblemMessage) => statsd.increment(`${context.method}.${problem.status}`);
 * const stop = onProblem(count);
 */
export interface ProblemMessage {
  readonly problem: Problem;
  readonly context: ProblemContext;
}

/**
 * Calls a listener for every problem of this process, before its response is written. It replaces no report: a 5xx that no `onError` gets is
 * still written to stderr.
 * @param listener may throw or reject: its first failure is written to stderr, and no response is affected
 * @returns a function that ends the calls
 * @throws TypeError when the listener is no function
 * @example const stop = onProblem(({ problem }) => statsd.increment(`problems.${problem.status}`));
 */
export function onProblem(listener: (message: ProblemMessage) => unknown): () => void {
  if (typeof listener !== "function") throw new TypeError("onProblem: the listener must be a function");
  return subscribeGuarded("a listener of onProblem()", listener);
}

/**
 * Subscribes to the channel. What a subscriber throws would end the process: the channel throws it anew where nobody can catch it.
 * @param name of the listener, for stderr
 */
export function subscribeGuarded(name: string, listener: (message: ProblemMessage) => unknown): () => void {
  const guarded = guardHook(name, listener);
  const receive = (message: unknown) => void guarded(message as ProblemMessage);
  subscribe("fg-errors:problem", receive);
  return () => void unsubscribe("fg-errors:problem", receive);
}

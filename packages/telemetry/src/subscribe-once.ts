import { functionGraph, type Contract } from "@fg-errors/core";
import { errorType, knownCodes } from "./error-type.js";
import { subscribeGuarded, type ProblemMessage } from "./on-problem.js";

/** Describes what a metrics library or SDK is subscribed with. */
interface Subscription {
  /** Codes of the contracts, one set for each call that has not ended. */
  readonly known: Set<ReadonlySet<string>>;
  readonly end: () => void;
}

/** Lists what is subscribed, for all copies of this package: a process may load it as CommonJS and as ES modules. */
const subscriptions: WeakMap<object, Subscription> = ((globalThis as Record<symbol, unknown>)[
  Symbol.for("@fg-errors/telemetry.subscriptions")
] ??= new WeakMap()) as WeakMap<object, Subscription>;

/**
 * Subscribes a counter or an SDK to the problems, once: a second subscription would count each problem twice. A further call adds the codes
 * of its contracts.
 * @param receiver what the problems are counted by
 * @param name of the subscriber, for stderr
 * @param report receives each problem with its type, one of few values
 * @returns a function that ends the subscription, once each call has been ended
 */
export function subscribeOnce(
  receiver: object,
  contracts: Contract | readonly Contract[] | undefined = functionGraph,
  name: string,
  report: (message: ProblemMessage, type: string) => void,
): () => void {
  const codes = new Set([contracts].flat().flatMap((contract) => [...knownCodes(contract as Contract)]));
  const present = subscriptions.get(receiver);
  const known = present?.known ?? new Set();
  known.add(codes);
  const { end } = present ?? { end: subscribeGuarded(name, (message) => report(message, errorType(message.problem, known))) };
  subscriptions.set(receiver, { known, end });
  return () => {
    if (!known.delete(codes) || known.size > 0) return;
    end();
    subscriptions.delete(receiver);
  };
}

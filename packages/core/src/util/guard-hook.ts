import { read } from "./safe-read.js";
import { writeWarning } from "./warnings.js";

/**
 * Wraps a user's hook so that it can neither throw nor reject. Its first failure goes to stderr, and a failure counts as an
 * answer of undefined.
 * @param name of the hook, for stderr
 * @param finish converts the answer, which must not be a promise then; may throw as well
 * @example const report = guardHook("onError", (problem: Problem) => logger.error(problem));
 */
export function guardHook<A extends readonly unknown[], R, F>(
  name: string,
  hook: (...args: A) => R,
  finish?: (result: R, ...args: A) => F,
): (...args: A) => F | undefined {
  let hasFailed = false;
  const report = (error: unknown) => {
    if (hasFailed) return;
    hasFailed = true;
    writeWarning("FG_ERRORS_HOOK", `${name} failed; the response is not affected and further failures are not reported`, error);
  };
  return (...args) => {
    try {
      const result = hook(...args);
      const promised = typeof read(result, "then") === "function";
      if (promised) Promise.resolve(result).catch(report);
      if (promised && finish) throw new TypeError(`${name} returned a promise, for which nobody waits`);
      return finish?.(result, ...args);
    } catch (error) {
      report(error);
      return undefined;
    }
  };
}

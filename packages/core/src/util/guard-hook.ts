import { read } from "./safe-read.js";
import { warn } from "./stderr.js";

/**
 * A hook of the user's that can neither throw nor reject: its first failure goes to stderr, and it then counts as having
 * answered undefined.
 * @param finish what to make of its answer, which must not be a promise then; may throw as well
 */
export function guard<A extends readonly unknown[], R, F>(
  name: string,
  hook: (...args: A) => R,
  finish?: (result: R, ...args: A) => F,
): (...args: A) => F | undefined {
  let failed = false;
  const report = (error: unknown) => {
    if (failed) return;
    failed = true;
    warn(`${name} failed; the response is not affected and further failures are not reported`, error);
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

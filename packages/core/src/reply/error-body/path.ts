import { maxFieldErrors } from "../../util/limits.js";
import { read } from "../../util/safe-read.js";

/**
 * What is at a path such as "error.details.reason": a step into a list that is no index goes into each of its members.
 * Undefined where there is nothing.
 */
export function at(body: unknown, path: string): unknown {
  return path.split(".").reduce((value: unknown, step) => {
    const isEach = Array.isArray(value) && !/^\d+$/.test(step);
    return isEach ? eachOf(value, step) : read(value, step);
  }, body);
}

function eachOf(list: readonly unknown[], step: string): readonly unknown[] {
  const found = list.slice(0, maxFieldErrors).flatMap((member) => {
    const value = read(member, step) ?? [];
    return Array.isArray(value) ? (value.slice(0, maxFieldErrors) as unknown[]) : [value];
  });
  return found.slice(0, maxFieldErrors);
}

/** The first value that `take` makes something of. Of a list it is asked for the first member. */
export function first<T>(body: unknown, paths: readonly string[], take: (value: unknown) => T | undefined): T | undefined {
  for (const path of paths) {
    const value = at(body, path);
    const taken = take(path.includes(".") && Array.isArray(value) ? value[0] : value);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

import { maxFieldErrors } from "../../util/limits.js";
import { read } from "../../util/safe-read.js";

/**
 * Reads the value at a path such as "error.details.reason". A step into a list that is no index goes into each of its members.
 * Undefined where there is nothing.
 */
export function valueAt(body: unknown, path: string): unknown {
  return path.split(".").reduce((value: unknown, step) => {
    const isEach = Array.isArray(value) && !/^\d+$/.test(step);
    return isEach ? valuesOfEach(value, step) : read(value, step);
  }, body);
}

function valuesOfEach(list: readonly unknown[], step: string): readonly unknown[] {
  const found = list.slice(0, maxFieldErrors).flatMap((member) => {
    const value = read(member, step) ?? [];
    return Array.isArray(value) ? (value.slice(0, maxFieldErrors) as unknown[]) : [value];
  });
  return found.slice(0, maxFieldErrors);
}

/** Gives the first result that `pick` makes of the values at some paths. It receives the first member of a list. */
export function firstValue<T>(body: unknown, paths: readonly string[], pick: (value: unknown) => T | undefined): T | undefined {
  for (const path of paths) {
    const value = valueAt(body, path);
    const result = pick(path.includes(".") && Array.isArray(value) ? value[0] : value);
    if (result !== undefined) return result;
  }
  return undefined;
}

import { read } from "../../util/safe-read.js";

/**
 * What is at a path such as "error.details.reason": a step into a list that is no index goes into each of its members.
 * Undefined where there is nothing.
 */
export function at(body: unknown, path: string): unknown {
  return path.split(".").reduce((value: unknown, step) => {
    const isEach = Array.isArray(value) && !/^\d+$/.test(step);
    return isEach ? value.slice(0, most).flatMap((member: unknown) => read(member, step) ?? []) : read(value, step);
  }, body);
}

/** Members of a list that are looked at: a problem tells of as many. */
const most = 100;

/** The first value that `take` makes something of. Of a list it is asked for the first member. */
export function first<T>(body: unknown, paths: readonly string[], take: (value: unknown) => T | undefined): T | undefined {
  for (const path of paths) {
    const value = at(body, path);
    const taken = take(path.includes(".") && Array.isArray(value) ? value[0] : value);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

import { types } from "node:util";
import { maxFieldErrors, maxNestedIssues } from "../../util/limits.js";
import { read } from "../../util/safe-read.js";
import { newSearch, type Search } from "../redact-values.js";

/** Limits what one list may cost. Its issues may contain each other and keep the same large value. */
export interface Work {
  /** Nested issues and keys that may still be followed. */
  steps: number;
  readonly search: Search;
}

/** Starts the work for the list of one error. */
export function newWork(): Work {
  return { steps: maxNestedIssues, search: newSearch() };
}

/** Whether a value is an error, or looks like one. */
export function looksLikeError(value: unknown): boolean {
  return types.isNativeError(value) || read(value, "stack") !== undefined;
}

/** Expands nested issues, as deep and as many as are followed. */
export function expandNested<T>(
  nested: readonly unknown[],
  levels: number,
  work: Work,
  expand: (issue: unknown) => readonly T[],
): readonly T[] {
  if (nested.length === 0 || levels <= 0) return [];
  return withoutErrors(nested.slice(0, maxFieldErrors))
    .flatMap((issue) => (work.steps-- > 0 ? expand(issue) : []))
    .slice(0, maxFieldErrors);
}

/** Joins lists, up to the members that are read. A value that is no list has none. */
export function mergeLists(lists: readonly unknown[]): readonly unknown[] {
  const members: unknown[] = [];
  for (const list of lists) if (members.length < maxFieldErrors) members.push(...firstOfList(list));
  return members;
}

/** Leaves out the errors of a list: one among issues may have been written by an upstream. */
export function withoutErrors(list: readonly unknown[]): readonly unknown[] {
  return list.filter((issue) => !looksLikeError(issue));
}

/** Lists the first members of a list. A value that is no list has none. */
export function firstOfList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, maxFieldErrors) : none;
}

const none: readonly unknown[] = [];

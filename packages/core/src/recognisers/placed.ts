import { maxMergedLists } from "../util/limits.js";

/** Describes a rule, or a kind of error, with its place in the order in which all of them are asked. */
export interface Placed {
  readonly place: number;
}

/** Adds to an index. It must be called in the order of the places. */
export function addPlaced<Each extends Placed>(index: Map<string, Each[]>, key: string, placed: Each): void {
  const list = index.get(key);
  if (list) list.push(placed);
  else index.set(key, [placed]);
}

const none: readonly [] = [];

/**
 * Lists all that the members of an error may lead to. Most errors have no member that does, or one. The caller checks that the error has
 * the member.
 * @param all that the index has, in order. It is returned where the error has many members: a value that is no error may have any
 */
export function placedAmong<Each extends Placed>(
  index: ReadonlyMap<string, readonly Each[]>,
  members: ReadonlySet<string>,
  all: readonly Each[],
): readonly Each[] {
  if (members.size === 0) return none;
  if (members.size > maxMergedLists) return all;
  let found: readonly Each[] = none;
  for (const member of members) found = mergePlaced(found, index.get(member));
  return found;
}

/** Merges two lists by their places. */
export function mergePlaced<Each extends Placed>(some: readonly Each[] = none, others: readonly Each[] = none): readonly Each[] {
  if (others.length === 0) return some;
  if (some.length === 0) return others;
  const merged: Each[] = [];
  let next = 0;
  for (const each of some) {
    while (next < others.length && others[next]!.place < each.place) merged.push(others[next++]!);
    merged.push(each);
  }
  while (next < others.length) merged.push(others[next++]!);
  return merged;
}

/** Describes what is asked in a fixed order, whichever member, name or code of an error it was found by. */
export interface Placed {
  readonly place: number;
}

/** Adds to an index. Places must grow. */
export function addPlaced<Each extends Placed>(index: Map<string, Each[]>, key: string, placed: Each): void {
  const list = index.get(key);
  if (list) list.push(placed);
  else index.set(key, [placed]);
}

const none: readonly [] = [];

/**
 * Lists all that the members of an error may lead to. Most errors have no member that does, or one.
 * @param all of the index: what is no error may have any member, so that the whole list is asked
 */
export function placedAmong<Each extends Placed>(
  index: ReadonlyMap<string, readonly Each[]>,
  members: ReadonlySet<string>,
  all: readonly Each[],
): readonly Each[] {
  if (members.size === 0) return none;
  if (members.size > maxMerged) return all;
  let found: readonly Each[] = none;
  for (const member of members) found = mergePlaced(found, index.get(member));
  return found;
}

/** Limits the lists that are merged one after another. */
const maxMerged = 10;

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

import type { Finding } from "../problem/finding.js";
import { read } from "../util/safe-read.js";
import { seekMembers } from "./error-keys.js";
import { addPlaced, mergePlaced, placedAmong, type Placed } from "./placed.js";
import type { Context, Family, Rule } from "./rule.js";

/** Indexes the rules of several families by mark, name and code. */
export interface FamilyIndex {
  readonly marks: RulesByKey;
  /** The rules of all marks. */
  readonly marked: readonly PlacedRule[];
  readonly names: RulesByKey;
  readonly codes: RulesByKey;
}

type RulesByKey = ReadonlyMap<string, readonly PlacedRule[]>;

/** Describes a rule at its place in the order in which rules are asked: an earlier family comes first. */
interface PlacedRule extends Placed {
  readonly rule: Rule;
  /** The mark that it is found by, which must not be undefined; undefined for a rule that is found by a name or a code. */
  readonly mark?: string;
}

/** Indexes families once, so that an error meets only the rules that its marks, its name and its code lead to. */
export function indexFamilies(families: readonly Family[]): FamilyIndex {
  const marks = new Map<string, PlacedRule[]>();
  const names = new Map<string, PlacedRule[]>();
  const codes = new Map<string, PlacedRule[]>();
  let place = 0;
  for (const family of families) {
    for (const [mark, rule] of Object.entries(family.marks ?? {})) addPlaced(marks, mark, { place: place++, rule, mark });
    for (const [name, rule] of Object.entries(family.names ?? {})) addPlaced(names, name, { place: place++, rule });
    for (const [code, rule] of Object.entries(family.codes ?? {})) addPlaced(codes, code, { place: place++, rule });
  }
  seekMembers(marks.keys());
  const marked = [...marks.values()].flat().toSorted((one, other) => one.place - other.place);
  return { marks, marked, names, codes };
}

/**
 * Finds the meaning of an error in the first family that knows it. Within a family the mark comes first, then the name, then the code.
 */
export function lookup({ marks, marked, names, codes }: FamilyIndex, error: object, context: Context): Finding | undefined {
  const byText = mergePlaced(names.get(context.name), codes.get(context.code));
  for (const { rule, mark } of mergePlaced(byText, placedAmong(marks, context.members, marked))) {
    if (mark !== undefined && read(error, mark) === undefined) continue;
    const found = typeof rule === "function" ? rule(error, context) : rule;
    if (found) return found;
  }
  return undefined;
}

import type { Finding } from "../problem/finding.js";
import { read } from "../util/safe-read.js";
import { hasAny, seekMembers } from "./error-keys.js";
import type { Context, Family, Rule } from "./rule.js";

/** Indexes the rules of several families by key. A family has the same place in each list of rules. */
export interface FamilyIndex {
  readonly marks: readonly (readonly [mark: string, rule: Rule])[][];
  /** All of these marks. */
  readonly markNames: ReadonlySet<string>;
  readonly names: RulesByKey;
  readonly codes: RulesByKey;
}

type RulesByKey = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** Indexes families once, so that an error meets only the rules that its name and its code lead to. */
export function indexFamilies(families: readonly Family[]): FamilyIndex {
  const marks = families.map((family) => Object.entries(family.marks ?? {}));
  return {
    marks,
    markNames: seekMembers(marks.flat().map(([mark]) => mark)),
    names: rulesByKey(families.map((family) => family.names ?? {})),
    codes: rulesByKey(families.map((family) => family.codes ?? {})),
  };
}

function rulesByKey(tables: readonly Readonly<Record<string, Rule>>[]): RulesByKey {
  const found = new Map<string, (Rule | undefined)[]>();
  for (const [at, table] of tables.entries())
    for (const key of Object.keys(table)) {
      const rules = found.get(key) ?? Array.from(tables, () => undefined);
      found.set(key, rules);
      rules[at] = table[key];
    }
  return found;
}

/**
 * Finds the meaning of an error in the first family that knows it. Within a family the mark comes first, then the name, then the code.
 */
export function lookup({ marks, markNames, names, codes }: FamilyIndex, error: object, context: Context): Finding | undefined {
  const [named, coded] = [names.get(context.name), codes.get(context.code)];
  const isMarked = hasAny(context.members, markNames);
  if (!isMarked && named === undefined && coded === undefined) return undefined;
  for (let at = 0; at < marks.length; at++) {
    const found =
      (isMarked ? findingByMark(marks[at]!, error, context) : undefined) ??
      applyRule(named?.[at], error, context) ??
      applyRule(coded?.[at], error, context);
    if (found) return found;
  }
  return undefined;
}

function findingByMark(marks: FamilyIndex["marks"][number], error: object, context: Context): Finding | undefined {
  for (const [mark, rule] of marks) {
    if (!context.members.has(mark)) continue;
    const found = read(error, mark) === undefined ? undefined : applyRule(rule, error, context);
    if (found) return found;
  }
  return undefined;
}

function applyRule(rule: Rule | undefined, error: object, context: Context): Finding | undefined {
  return typeof rule === "function" ? rule(error, context) : rule;
}

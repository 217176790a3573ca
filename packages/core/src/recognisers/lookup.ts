import type { Finding } from "../problem/finding.js";
import { read, readText } from "../util/safe-read.js";
import type { Context, Family, Rule } from "./rule.js";

/** Indexes the rules of several families by key. A family has the same place in each list of rules. */
export interface FamilyIndex {
  readonly marks: readonly (readonly [mark: string, rule: Rule])[][];
  readonly names: RulesByKey;
  readonly codes: RulesByKey;
}

type RulesByKey = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** Indexes families once, so that an error meets only the rules that its name and its code lead to. */
export function indexFamilies(families: readonly Family[]): FamilyIndex {
  return {
    marks: families.map((family) => Object.entries(family.marks ?? {})),
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
 * Marks are looked up one by one, which costs the same for any error. To list an error's keys is as fast for a usual error, but needs a
 * second for one with a million keys.
 */
export function lookup({ marks, names, codes }: FamilyIndex, error: object, context: Context): Finding | undefined {
  const [named, coded] = [names.get(context.name), codes.get(context.code)];
  for (let at = 0; at < marks.length; at++) {
    const found =
      findingByMark(marks[at]!, error, context) ??
      applyRule(named?.[at], error, context) ??
      applyRule(coded?.[at], error, context);
    if (found) return found;
  }
  return undefined;
}

function findingByMark(marks: FamilyIndex["marks"][number], error: object, context: Context): Finding | undefined {
  for (const [mark, rule] of marks) {
    const found = read(error, mark) === undefined ? undefined : applyRule(rule, error, context);
    if (found) return found;
  }
  return undefined;
}

function applyRule(rule: Rule | undefined, error: object, context: Context): Finding | undefined {
  return typeof rule === "function" ? rule(error, context) : rule;
}

/** Reads an error's name, or the name of its class where the error has none of its own. */
export function errorName(error: unknown): string {
  const name = readText(error, "name");
  return (name === undefined || name === "Error" ? readText(error, "constructor", "name") : name) ?? "";
}

import type { Finding } from "../problem/finding.js";
import { read, readText } from "../util/safe-read.js";
import type { Context, Family, Rule } from "./rule.js";

/** The rules of some families, one list for each key: a family's place in it is that in the order of asking. */
export interface Index {
  readonly marks: readonly (readonly [mark: string, rule: Rule])[][];
  readonly names: Rules;
  readonly codes: Rules;
}

type Rules = ReadonlyMap<string, readonly (Rule | undefined)[]>;

/** Built once, so that an error meets the rules that its name and its code lead to, and no others. */
export function indexed(families: readonly Family[]): Index {
  return {
    marks: families.map((family) => Object.entries(family.marks ?? {})),
    names: byKey(families.map((family) => family.names ?? {})),
    codes: byKey(families.map((family) => family.codes ?? {})),
  };
}

function byKey(tables: readonly Readonly<Record<string, Rule>>[]): Rules {
  const keys = new Set(tables.flatMap((table) => Object.keys(table)));
  const rulesOf = (key: string) => tables.map((table) => (Object.hasOwn(table, key) ? table[key] : undefined));
  return new Map([...keys].map((key) => [key, rulesOf(key)]));
}

/**
 * What an error means to the first family that knows it: within a family by mark, then name, then code. Marks are asked for one by one,
 * which costs the same of any error; to list the keys of one costs as much, and of one with a million keys a second.
 */
export function lookup({ marks, names, codes }: Index, error: object, context: Context): Finding | undefined {
  const [named, coded] = [names.get(context.name), codes.get(context.code)];
  for (let at = 0; at < marks.length; at++) {
    const found = byMark(marks[at]!, error, context) ?? apply(named?.[at], error, context) ?? apply(coded?.[at], error, context);
    if (found) return found;
  }
  return undefined;
}

function byMark(marks: Index["marks"][number], error: object, context: Context): Finding | undefined {
  for (const [mark, rule] of marks) {
    const found = read(error, mark) === undefined ? undefined : apply(rule, error, context);
    if (found) return found;
  }
  return undefined;
}

function apply(rule: Rule | undefined, error: object, context: Context): Finding | undefined {
  return typeof rule === "function" ? rule(error, context) : rule;
}

/** The class's name where the error has none of its own. */
export function nameOf(error: object): string {
  const name = readText(error, "name");
  return (name === undefined || name === "Error" ? readText(error, "constructor", "name") : name) ?? "";
}

import { parseArgs } from "node:util";
import { UsageError } from "../usage-error.js";

/** Lists the arguments of a command. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Options by name; `true` for one without a value. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
}

/**
 * Parses the arguments of a command.
 * @param names options that take a value, and, with a "?" behind, options that take none
 * @param count of the positional arguments
 * @throws UsageError for an unknown option, a missing or empty value and a wrong number of arguments
 */
export function readArguments(args: readonly string[], usage: string, count: number, names: readonly string[]): Arguments {
  const entries = names.map((name) => [name.replace("?", ""), { type: name.endsWith("?") ? "boolean" : "string" }] as const);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: Object.fromEntries(entries), allowPositionals: true });
    const empty = Object.keys(values).find((name) => values[name] === "");
    if (empty !== undefined) throw new Error(`--${empty} takes a value`);
    if (positionals.length === count) return { positionals, options: values as Arguments["options"] };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ", 1)[0]}; usage: fg-errors ${usage}`);
  }
  throw new UsageError(`usage: fg-errors ${usage}`);
}

/**
 * Gives the value of an option that takes one of several words.
 * @throws UsageError for any other word
 */
export function oneOf<const Word extends string>(
  option: string,
  value: string | true | undefined,
  words: readonly Word[],
  byDefault?: Word,
): Word {
  const found = value === undefined ? byDefault : words.find((word) => word === value);
  if (found === undefined)
    throw new UsageError(`--${option} takes ${words.join(", ")}${value === undefined ? "" : `, not ${String(value)}`}`);
  return found;
}

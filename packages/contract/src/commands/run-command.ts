import { UsageError } from "../usage-error.js";
import { checkCommand } from "./check.js";
import type { Command, Outcome } from "./command.js";
import { diffCommand } from "./diff.js";
import { exportCommand } from "./export.js";
import { mergeCommand } from "./merge.js";

/**
 * Runs the command that the arguments name.
 * @throws UsageError for wrong use
 */
export async function runCommand([name, ...args]: readonly string[]): Promise<Outcome> {
  if (name === undefined) return { output: help, code: 2 };
  if (name === "help" || name === "--help" || args.includes("--help")) return { output: help };
  const command = commands.get(name);
  if (!command) throw new UsageError(`there is no command "${name}"; the commands are ${[...commands.keys()].join(", ")}`);
  return command.run(args);
}

/** Gives the text for stderr that comes with exit code 2: one line for wrong use. */
export function failureText(error: unknown): string {
  return `fg-errors: ${error instanceof UsageError ? error.message : String((error as Error | null)?.stack ?? error)}\n`;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ["export", exportCommand],
  ["merge", mergeCommand],
  ["diff", diffCommand],
  ["check", checkCommand],
]);

const help = `fg-errors: the error contract as an artefact

${[...commands.values()].map(({ usage, summary }) => `  fg-errors ${usage}\n      ${summary}\n`).join("\n")}
CONTRACT is a published document (errors.json), or a module that exports what defineContract() returns; module.js#name names the export.
Exit codes: 0 all is well, 1 a difference or a broken contract, 2 wrong use.
`;

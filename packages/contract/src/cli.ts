#!/usr/bin/env node
import type { Command } from "./commands/command.js";
import { checkCommand } from "./commands/check.js";
import { diffCommand } from "./commands/diff.js";
import { exportCommand } from "./commands/export.js";
import { mergeCommand } from "./commands/merge.js";
import { UsageError } from "./usage-error.js";

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

/** Runs the command that the arguments name. Exit code 2 comes with one line on stderr. */
async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined || name === "help" || name === "--help" || args.includes("--help")) {
    process.stdout.write(help);
    process.exitCode = name === undefined ? 2 : 0;
    return;
  }
  const command = commands.get(name);
  if (!command) throw new UsageError(`there is no command "${name}"; the commands are ${[...commands.keys()].join(", ")}`);
  const { output = "", code = 0 } = await command.run(args);
  process.exitCode = code;
  process.stdout.write(output);
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = 2;
  process.stderr.write(`fg-errors: ${error instanceof UsageError ? error.message : String((error as Error).stack)}\n`);
});

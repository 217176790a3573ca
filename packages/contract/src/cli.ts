#!/usr/bin/env node
import type { Command, Outcome } from "./commands/command.js";
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
async function main([name, ...args]: readonly string[]): Promise<Outcome> {
  if (name === undefined) return { output: help, code: 2 };
  if (name === "help" || name === "--help" || args.includes("--help")) return { output: help };
  const command = commands.get(name);
  if (!command) throw new UsageError(`there is no command "${name}"; the commands are ${[...commands.keys()].join(", ")}`);
  return command.run(args);
}

// A contract's module is code of others: what it prints does not mix with the output, and it can neither end the command as if all were well
// nor keep it from ending.
const writeOutput = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

let isOver = false;
process.on("exit", () => {
  if (!isOver)
    failCommand(new UsageError("the command has ended early: a module has ended the process, or waits for what never happens"));
});
process.on("uncaughtException", failCommand);

function failCommand(error: unknown): void {
  isOver = true;
  process.exitCode = 2;
  process.stderr.write(
    `fg-errors: ${error instanceof UsageError ? error.message : String((error as Error | null)?.stack ?? error)}\n`,
  );
  process.exit();
}

void main(process.argv.slice(2)).then(({ output = "", code = 0 }) => {
  isOver = true;
  process.exitCode = code;
  writeOutput(output, () => process.exit());
}, failCommand);

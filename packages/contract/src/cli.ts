#!/usr/bin/env node
import { failureText, runCommand } from "./commands/run-command.js";
import { UsageError } from "./usage-error.js";

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
  process.stderr.write(failureText(error));
  process.exit();
}

void runCommand(process.argv.slice(2)).then(({ output = "", code = 0 }) => {
  isOver = true;
  process.exitCode = code;
  writeOutput(output, () => process.exit());
}, failCommand);

#!/usr/bin/env node
import { oneOf, readArguments } from "./commands/arguments.js";
import { checkCommand } from "./commands/check.js";
import type { Command, Outcome } from "./commands/command.js";
import { mergeCommand } from "./commands/merge.js";
import { writeWhole } from "./commands/write-file.js";
import { writeFolder } from "./commands/write-folder.js";
import { breakingChanges } from "./diff.js";
import { contractDocument } from "./document.js";
import { formats } from "./formats/formats.js";
import { loadContract } from "./load-contract.js";
import { renderPages } from "./pages/render-pages.js";
import { UsageError } from "./usage-error.js";

/** Names the one format that is many files. */
const pages = "pages";

const formatNames = [...Object.keys(formats), pages];

/** Writes a contract in another format. */
const exportCommand: Command = {
  usage: `export CONTRACT --format ${formatNames.join("|")} [--openapi 3.0|3.1|3.2] [--out FILE|DIR]`,
  summary:
    "Writes a contract as JSON, JSON Schema, OpenAPI, an Overlay, a Spectral ruleset, TypeScript, configuration of a server in front of services or, into a folder, pages.",
  async run(args) {
    const { positionals, options } = readArguments(args, this.usage, 1, ["format", "openapi", "out"]);
    const name = oneOf("format", options["format"], formatNames);
    if (name === pages) return exportPages(positionals[0]!, options["out"]);
    const format = formats[name]!;
    const openapi = oneOf("openapi", options["openapi"], ["3.0", "3.1", "3.2"], "3.1");
    const text = format(await loadContract(positionals[0]!), { openapi });
    const { out } = options;
    if (typeof out !== "string" || out === "-") return { output: text };
    await writeWhole(out, text);
    return {};
  },
};

async function exportPages(source: string, out: unknown): Promise<Outcome> {
  if (typeof out !== "string" || out === "-")
    throw new UsageError(`--format ${pages} takes --out DIR: the pages are files in a folder`);
  await writeFolder(out, renderPages(await loadContract(source)));
  return {};
}

/** Compares two contracts. */
const diffCommand: Command = {
  usage: "diff OLD NEW [--format text|json]",
  summary: "Lists the changes that can break a client of the older contract; exits with 1 if there are any.",
  async run(args) {
    const { positionals, options } = readArguments(args, this.usage, 2, ["format"]);
    const format = oneOf("format", options["format"], ["text", "json"], "text");
    const [before, after] = (await Promise.all(positionals.map(loadContract))).map(contractDocument);
    const changes = breakingChanges(before!, after!);
    const lines = changes.map(({ subject, change }) => `${subject}: ${change}\n`);
    const summary =
      changes.length === 0
        ? "No breaking change.\n"
        : `${lines.join("")}${changes.length} breaking change${changes.length === 1 ? "" : "s"}.\n`;
    return { output: format === "json" ? `${JSON.stringify(changes, null, 2)}\n` : summary, code: changes.length === 0 ? 0 : 1 };
  },
};

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

import { breakingChanges } from "../diff.js";
import { contractDocument } from "../document.js";
import { formats } from "../formats/formats.js";
import { loadContract } from "../load-contract.js";
import { renderPages } from "../pages/render-pages.js";
import { UsageError } from "../usage-error.js";
import { oneOf, readArguments } from "./arguments.js";
import { checkCommand } from "./check.js";
import type { Command, Outcome } from "./command.js";
import { mergeCommand } from "./merge.js";
import { writeWhole } from "./write-file.js";
import { writeFolder } from "./write-folder.js";

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

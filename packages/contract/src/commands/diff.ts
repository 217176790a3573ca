import { breakingChanges } from "../diff.js";
import { contractDocument } from "../document.js";
import { loadContract } from "../load-contract.js";
import { oneOf, readArguments } from "./arguments.js";
import type { Command } from "./command.js";

/** Compares two contracts. */
export const diffCommand: Command = {
  usage: "diff OLD NEW [--format text|json]",
  summary: "Lists the changes that can break a client of the older contract; exits with 1 if there are any.",
  async run(args) {
    const { positionals, options } = readArguments(args, this.usage, 2, ["format"]);
    const format = oneOf("format", options["format"], ["text", "json"], "text");
    const [before, after] = (await Promise.all(positionals.map(loadContract))).map(contractDocument);
    const changes = breakingChanges(before!, after!);
    const output = format === "json" ? `${JSON.stringify(changes, null, 2)}\n` : listChanges(changes);
    return { output, code: changes.length === 0 ? 0 : 1 };
  },
};

function listChanges(changes: ReturnType<typeof breakingChanges>): string {
  if (changes.length === 0) return "No breaking change.\n";
  const lines = changes.map(({ subject, change }) => `${subject}: ${change}\n`);
  return `${lines.join("")}${changes.length} breaking change${changes.length === 1 ? "" : "s"}.\n`;
}

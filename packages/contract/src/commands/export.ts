import { formats } from "../formats/formats.js";
import { loadContract } from "../load-contract.js";
import { renderPages } from "../pages/render-pages.js";
import { UsageError } from "../usage-error.js";
import { oneOf, readArguments } from "./arguments.js";
import type { Command, Outcome } from "./command.js";
import { writeWhole } from "./write-file.js";
import { writeFolder } from "./write-folder.js";

/** Names the one format that is many files. */
const pages = "pages";

const formatNames = [...Object.keys(formats), pages];

/** Writes a contract in another format. */
export const exportCommand: Command = {
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

import { formats } from "../formats/formats.js";
import { loadContract } from "../load-contract.js";
import { oneOf, readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { writeWhole } from "./write-file.js";

const names = Object.keys(formats);

/** Writes a contract in another format. */
export const exportCommand: Command = {
  usage: `export CONTRACT --format ${names.join("|")} [--openapi 3.0|3.1|3.2] [--out FILE]`,
  summary: "Writes a contract as JSON, JSON Schema, OpenAPI, an Overlay, a Spectral ruleset or TypeScript.",
  async run(args) {
    const { positionals, options } = readArguments(args, this.usage, 1, ["format", "openapi", "out"]);
    const format = formats[oneOf("format", options["format"], names)]!;
    const openapi = oneOf("openapi", options["openapi"], ["3.0", "3.1", "3.2"], "3.1");
    const text = format(await loadContract(positionals[0]!), { openapi });
    const { out } = options;
    if (typeof out !== "string") return { output: text };
    await writeWhole(out, text);
    return {};
  },
};

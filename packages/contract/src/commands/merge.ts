import { loadContract, readFileText } from "../load-contract.js";
import { mergeOpenApi } from "../openapi/merge.js";
import { UsageError } from "../usage-error.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { writeWhole } from "./write-file.js";

/** Adds a contract's responses to an OpenAPI document. */
export const mergeCommand: Command = {
  usage: "merge OPENAPI --contract CONTRACT [--out FILE | --check]",
  summary:
    "Adds a contract's responses to an OpenAPI document, in place or to another file; --check fails where it would change.",
  async run(args) {
    const { positionals, options } = readArguments(args, this.usage, 1, ["contract", "out", "check?"]);
    const [path] = positionals as [string];
    const { contract: source, out = path, check } = options;
    if (typeof source !== "string") throw new UsageError(`usage: fg-errors ${this.usage}`);
    const text = await readFileText(path);
    const merged = mergeFile(path, text, await loadContract(source));
    if (check) return merged === text ? {} : { output: `${path} is not up to date: run fg-errors merge\n`, code: 1 };
    if (out === "-") return { output: merged };
    if (merged !== text || out !== path) await writeWhole(out as string, merged);
    return {};
  },
};

function mergeFile(path: string, text: string, contract: Parameters<typeof mergeOpenApi>[1]): string {
  try {
    return mergeOpenApi(text, contract);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${path} ${error.message}`);
    throw error;
  }
}

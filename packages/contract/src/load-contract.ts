import type { Contract } from "@fg-errors/core";
import { isContract } from "@fg-errors/core/adapter";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { contractFromDocument } from "./document.js";
import { UsageError } from "./usage-error.js";

/**
 * Loads a contract from a published document (`.json`), or from a module that exports one. `module.js#name` names the export, where a module
 * exports several contracts.
 * @throws UsageError in one line: what is wrong, and what is taken
 */
export async function loadContract(source: string): Promise<Contract> {
  const [path = "", name] = source.split("#");
  return path.endsWith(".json") ? contractIn(path, await readJson(path)) : exportedContract(path, name);
}

/**
 * Reads a JSON file.
 * @throws UsageError for a file that cannot be read, or is no JSON
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFileText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${(error as Error).message.replaceAll(/\s+/g, " ")}`);
  }
}

/**
 * Reads a text file.
 * @throws UsageError for a file that cannot be read
 */
export async function readFileText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function contractIn(path: string, document: unknown): Contract {
  try {
    return contractFromDocument(document);
  } catch (error) {
    throw new UsageError(`${path} ${(error as Error).message}`);
  }
}

async function exportedContract(path: string, name: string | undefined): Promise<Contract> {
  const exported = await importModule(path);
  const contracts = Object.entries(exported).filter(([, value]) => isContract(value)) as [string, Contract][];
  const names = contracts.map(([each]) => each);
  if (name !== undefined) {
    const found = contracts.find(([each]) => each === name);
    if (!found) throw new UsageError(`${path} exports no contract "${name}"; it exports ${names.join(", ") || "none"}`);
    return found[1];
  }
  const distinct = new Set(contracts.map(([, contract]) => contract));
  if (distinct.size === 0) throw new UsageError(`${path} exports no contract: it takes what defineContract() returns`);
  if (distinct.size > 1) throw new UsageError(`${path} exports several contracts: name one, such as ${path}#${names[0]}`);
  return contracts[0]![1];
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const exported = (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
    const byDefault = exported["default"]; // all that a CommonJS module exports
    return typeof byDefault === "object" && byDefault !== null && !isContract(byDefault)
      ? { ...(byDefault as Readonly<Record<string, unknown>>), ...exported }
      : exported;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    const message = error instanceof Error ? error.message : inspect(error);
    const reason =
      code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "this Node runs no TypeScript; give the compiled module"
        : message.split("\n", 1)[0];
    throw new UsageError(`${path} cannot be loaded: ${reason}`);
  }
}

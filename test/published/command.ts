// Runs commands, and gives what they print.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { failureText, runCommand } from "../../packages/contract/src/commands/run-command.js";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(file: string, args: readonly string[], cwd?: string): Promise<Printed> {
  const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [[code], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, stdout, stderr };
}

/** The script of the package's command, as it is built. */
export const cli = here("../../packages/contract/dist/esm/cli.js");

/** Runs the command in a process of its own. */
export const spawnFgErrors = (...args: readonly string[]): Promise<Printed> => run(process.execPath, [cli, ...args]);

/** Runs the command in this process, without its script, which decides about the exit code and the streams. */
export async function fgErrors(...args: readonly string[]): Promise<Printed> {
  const [stdout, stderr] = [recordWrites(process.stdout), recordWrites(process.stderr)];
  try {
    const { output = "", code = 0 } = await runCommand(args);
    return { code, stdout: stdout.text() + output, stderr: stderr.text() };
  } catch (error) {
    return { code: 2, stdout: stdout.text(), stderr: stderr.text() + failureText(error) };
  } finally {
    stderr.restore();
    stdout.restore();
  }
}

/** Records what is written to a stream of this process, and keeps it from there. */
function recordWrites(stream: NodeJS.WriteStream) {
  const { write } = stream;
  let written = "";
  stream.write = ((chunk: string | Uint8Array) => ((written += String(chunk)), true)) as typeof write;
  return { text: () => written, restore: () => void (stream.write = write) };
}

/** A command of a devDependency. */
export const tool = (name: string, args: readonly string[], cwd?: string): Promise<Printed> =>
  run(here(`../node_modules/.bin/${name}`), args, cwd);

/** The contract of the tests, as the command takes it. */
export const shopModule = here("shop.js");

export const ordersText = readFileSync(here("orders.yaml"), "utf8");

/** The same document in an older version of OpenAPI. */
export const orders30Text = ordersText
  .replace("3.1.1", "3.0.4")
  .replace("identifier: MIT", "url: https://opensource.org/license/mit");

/** Runs `visit` in a new folder with the given files. */
export async function inFolder<R>(files: Readonly<Record<string, string>>, visit: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), "fg-errors-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return await visit(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

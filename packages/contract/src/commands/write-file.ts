import { readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../usage-error.js";

/**
 * Writes a file wholly or not at all: a reader never meets the half of it. A symbolic link, a pipe and a device stay what they are.
 * @throws UsageError for a file that cannot be written
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (found && !found.isFile() && !found.isDirectory()) await writeFile(path, text);
    else await replaceFile(await linkedPath(path), text);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Follows symbolic links, also to a file that is not there yet. */
async function linkedPath(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : linkedPath(resolve(dirname(path), target));
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

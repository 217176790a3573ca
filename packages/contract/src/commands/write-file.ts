import { rename, rm, writeFile } from "node:fs/promises";
import { UsageError } from "../usage-error.js";

/**
 * Writes a file wholly or not at all: a reader never meets the half of it.
 * @throws UsageError for a file that cannot be written
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UsageError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}

import { lstat, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../usage-error.js";

/** Describes a file by its path in a folder, with slashes, and its text. */
interface FileText {
  readonly path: string;
  readonly body: string;
}

/**
 * Writes files into a folder: all are written to another place first, and then moved into it, so that no file is ever the half of one, and a disk that is full
 * changes nothing. The other place is in the folder, which may be a disk of its own, or beside it where it is not there yet. Other files of the folder stay.
 * @throws UsageError where a file cannot be written; before any is moved, if that can be known
 */
export async function writeFolder(folder: string, files: readonly FileText[]): Promise<void> {
  const whole = resolve(folder);
  const isThere = await isFolder(whole).catch((error) => failWriting(folder, error));
  const temporary = join(isThere ? whole : dirname(whole), `.${basename(whole)}.${process.pid}.tmp`);
  try {
    for (const { path } of files) await checkTarget(whole, path);
    for (const { path, body } of files) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), body);
    }
    if (isThere) for (const { path } of files) await moveInto(whole, temporary, path);
    else await rename(temporary, whole);
  } catch (error) {
    const { path = folder } = error as NodeJS.ErrnoException;
    failWriting(path.startsWith(temporary) ? folder : path, error as NodeJS.ErrnoException);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {}); // where nothing could be written, nothing is there
  }
}

function failWriting(path: string, { code, message }: NodeJS.ErrnoException): never {
  throw new UsageError(`${path} cannot be written: ${code ?? message}`);
}

/** Whether a folder is there. */
async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (found && !found.isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR", path });
  return found !== undefined;
}

/** Checks that a file's folders are folders, or are not there yet, and that it is not a folder itself. */
async function checkTarget(folder: string, path: string): Promise<void> {
  const steps = path.split("/");
  for (let count = 1; count < steps.length; count++) if (!(await isFolder(join(folder, ...steps.slice(0, count))))) return;
  const target = join(folder, path);
  const found = await lstat(target).catch(() => undefined);
  if (found?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR", path: target });
}

async function moveInto(folder: string, temporary: string, path: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await rename(join(temporary, path), join(folder, path));
}

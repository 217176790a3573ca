// The packages as a release packs them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = new URL("../", import.meta.url);

/** Packs packages by pnpm, which takes a fraction of a second for all of them, and unpacks each into the folder that `into` gives for it. */
export async function unpackPackages(names: readonly string[], into: (name: string) => string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tarballs-"));
  try {
    const filters = names.flatMap((name) => ["--filter", `@fg-errors/${name}`]);
    await runPnpm(["--recursive", ...filters, "pack", "--pack-destination", folder]);
    const files = await readdir(folder);
    for (const name of names) {
      const file = files.find((each) => each.replace(/-\d.*/, "") === `fg-errors-${name}`);
      await mkdir(into(name), { recursive: true });
      await run("tar", ["-xzf", join(folder, file!), "--strip-components=1", "-C", into(name)]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs the pnpm of `npm test`. Where Vitest was started without it, npx finds the pinned one. */
async function runPnpm(args: readonly string[]): Promise<void> {
  await run("pnpm", args, { cwd: root }).catch(async (failure: { code?: unknown }) => {
    if (failure.code !== "ENOENT") throw failure;
    const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { packageManager: string };
    await run("npx", ["--yes", packageManager, ...args], { cwd: root });
  });
}

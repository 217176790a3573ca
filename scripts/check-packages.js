// Checks each package as it would be published, by publint and by Are The Types Wrong: one process for all, since both take longer to load than
// to check a package.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tarballs-"));
try {
  execFileSync("pnpm", ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder], { cwd: root });
  for (const name of readdirSync(join(root, "packages"))) {
    const file = readdirSync(folder).find((each) => each.startsWith(`fg-errors-${name}-`));
    if (!file) throw new Error(`pnpm has packed no ${name}`);
    const faults = await faultsOf(readFileSync(join(folder, file)));
    console.log([`${name}: ${faults.length === 0 ? "as it should be" : "faults"}`, ...faults].join("\n  "));
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Lists what is wrong with a package.
 * @param {Buffer} tarball
 */
async function faultsOf(tarball) {
  const octets = new Uint8Array(tarball);
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: octets.buffer } });
  const analysis = await checkPackage(createPackageFromTarballData(octets));
  if (!("problems" in analysis)) return ["it has no types"];
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg)}`),
    ...analysis.problems
      .filter((problem) => !("resolutionKind" in problem && problem.resolutionKind === "node10")) // which knows no exports
      .map((problem) => `types: ${JSON.stringify(problem)}`),
  ];
}

// Checks each package as it would be published, by publint and by Are The Types Wrong. One process checks all, since both take longer to load than
// to check a package.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tarballs-"));
try {
  execFileSync("pnpm", ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8", // so that an error shows what pnpm has printed
  });
  for (const name of packageNames()) {
    const file = readdirSync(folder).find((each) => each.replace(/-\d.*/, "") === `fg-errors-${name}`);
    if (!file) throw new Error(`pnpm has packed no ${name}`);
    const faults = await faultsOf(readFileSync(join(folder, file)));
    console.log([`${name}: ${faults.length === 0 ? "as it should be" : "faults"}`, ...faults].join("\n  "));
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

function packageNames() {
  return readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
}

/**
 * Lists what is wrong with a package.
 * @param {Buffer} tarball
 */
async function faultsOf(tarball) {
  const octets = new Uint8Array(tarball);
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: octets.buffer } });
  const analysis = await checkPackage(createPackageFromTarballData(octets));
  const problems = "problems" in analysis ? analysis.problems : ["there are none"];
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg)}`),
    ...problems
      .filter((problem) => !(typeof problem === "object" && "resolutionKind" in problem && problem.resolutionKind === "node10")) // which does not read `exports`
      .map((problem) => `types: ${JSON.stringify(problem)}`),
  ];
}

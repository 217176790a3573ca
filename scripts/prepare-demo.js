// Before `npm start`: installs and builds what the demo needs. Where an earlier run, or `npm test`, has done so, this does nothing, and so needs
// no network.
import { execSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isBuilt, isInstalled } from "./demo-state.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const installs = !isInstalled(root);
if (installs) {
  // A contributor's installation stays whole. The lockfile has a hash of every file that is installed, and `npm test` verifies it against pnpm's
  // policies. Here that would fetch 330 MB about packages that the demo does not install.
  const only = existsSync(`${root}tools/node_modules`) ? "" : ' --filter "./packages/*" --filter @fg-errors/example-tour';
  console.log("Installing what the demo needs …");
  run(`npx --yes ${packageManager} install --frozen-lockfile --trust-lockfile${only}`);
}
if (installs || !isBuilt(root)) {
  console.log("Building the packages …");
  run("npm run --silent build");
}

/** @param {string} command that says itself what is wrong where it fails */
function run(command) {
  try {
    execSync(command, { cwd: root, stdio: "inherit" });
  } catch {
    console.error(`"${command}" failed.`);
    process.exit(1);
  }
}

// What `npm start` finds from an earlier run: whether it has to install or to build anything. Neither question needs the network.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether node_modules has what the demo needs, as the lockfile wants it. pnpm keeps a copy of what it installed: all of the lockfile, or the part
 * that belongs to the chosen packages. Everything in that copy has to be unchanged in the lockfile, so that a later version of anything counts.
 * @param {string} root folder of the repository
 */
export function isInstalled(root) {
  const copy = join(root, "node_modules/.pnpm/lock.yaml");
  if (!existsSync(copy) || !existsSync(join(root, "examples/tour/node_modules"))) return false;
  const installed = entriesOf(readFileSync(copy, "utf8"));
  const wanted = entriesOf(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
  const ofDemo = [...wanted.keys()].filter((name) => /^importers: (?:\.|examples\/tour|packages\/[\w-]+)$/.test(name));
  const isEmpty = (/** @type {string} */ name) => wanted.get(name)?.endsWith("{}");
  return (
    ofDemo.every((name) => installed.has(name) || isEmpty(name)) &&
    [...installed].every(([name, text]) => text === wanted.get(name))
  );
}

/**
 * Maps the entries of a lockfile, each by its section and its name, to their text.
 * @param {string} lockfile
 */
function entriesOf(lockfile) {
  /** @type {Map<string, string>} */
  const entries = new Map();
  let section = "";
  let name = "";
  for (const line of lockfile.split(/\r?\n/)) {
    if (line === "") continue;
    const key = /^( {0,2})['"]?([^\s'"][^'"]*?)['"]?:(?: |$)/.exec(line);
    if (key?.[1] === "") section = name = /** @type {string} */ (key[2]);
    else if (key?.[1] === "  ") name = `${section}: ${key[2]}`;
    entries.set(name, `${entries.get(name) ?? ""}${line.trim()}\n`.trimStart());
  }
  return new Map([...entries].map(([name, text]) => [name, text.trimEnd()]));
}

/**
 * Whether each package is built, and nothing that its build reads has changed since. Folders count too: a file that is removed changes its folder.
 * @param {string} root folder of the repository
 */
export function isBuilt(root) {
  const names = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
  const folders = names.map((name) => join(root, "packages", name));
  const built = folders.map((folder) => changed(join(folder, "dist/cjs/package.json"))); // the last file of a build
  const isWhole = folders.every((folder) => existsSync(join(folder, "dist/esm/index.js")));
  const inputs = [
    ...["tsconfig.base.json", "tsconfig.packages.json", "scripts/bundle.js", "scripts/mark-cjs.js"].map((path) =>
      join(root, path),
    ),
    ...folders.flatMap((folder) => ["package.json", "tsconfig.json", "tsconfig.cjs.json"].map((path) => join(folder, path))),
    ...folders.flatMap((folder) => [join(folder, "src"), ...within(join(folder, "src"))]),
  ];
  return isWhole && inputs.map(changed).every((time) => time <= Math.min(...built));
}

/** @param {string} folder */
const within = (folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));

/** @param {string} path of a file, which may be missing */
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

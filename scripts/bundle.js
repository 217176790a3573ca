// Bundles the packages' JavaScript (docs/adr/0015-bundled-packages.md): one file per entry point, and few that entry points share, since Node
// takes longer to find and open a file than to run what is in it. The declarations beside it are tsc's.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Names core's files that several entry points load, with the entry points that export nothing else. The first that matches a source has it:
 * what knows of no server (docs/architecture.md), which every adapter needs; and the rest but pages, which the adapters for servers need.
 */
const shared = [
  {
    name: "shared",
    test: /\/core\/src\/(?:(?:contract|http|util|proxy-errors|problem|recognisers|responder|reply|invocation)\/(?!invocation-response)|index\.ts$)/,
  },
  {
    name: "servers",
    test: /\/core\/src\/(?:(?:node|interceptor|proxy|relay|server|invocation)\/|(?:functiongraph|proxy|server|upstream)\.ts$)/,
  },
];

for (const name of ["client", "contract", "core", "express", "functiongraph", "koa", "telemetry"]) {
  const cwd = fileURLToPath(new URL(`../packages/${name}/`, import.meta.url));
  const { bin = {}, exports, dependencies, peerDependencies, engines } = JSON.parse(readFileSync(`${cwd}package.json`, "utf8"));
  const bundle = await rolldown({
    cwd,
    input: entriesOf({ ...exports, ...bin }),
    platform: "node",
    external: [/^node:/, ...Object.keys({ ...dependencies, ...peerDependencies }).map((other) => new RegExp(`^${other}(?:/|$)`))],
    transform: { target: engines.node.replace(">=", "node") },
  });
  for (const format of /** @type {const} */ (["esm", "cjs"])) {
    removeScripts(`${cwd}dist/${format}/`);
    await bundle.write({
      dir: `dist/${format}`,
      format,
      exports: "named",
      strict: true, // as modules are: else an assignment that cannot be made would do nothing in CommonJS
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name].js",
      comments: { jsdoc: false }, // a quarter of what an event function reads at a cold start
      codeSplitting: { groups: shared },
      dynamicImportInCjs: false, // where CommonJS runs in a virtual machine, as in test runners, import() may be refused
    });
  }
  await bundle.close();
}

/**
 * Maps the names of the entry points' files, as package.json has them, to their sources.
 * @param {Record<string, string | { import: { default: string } }>} exports of the package, and its commands
 */
function entriesOf(exports) {
  const targets = Object.values(exports).map((target) => (typeof target === "string" ? target : target.import.default));
  const files = targets.filter((file) => file.endsWith(".js"));
  const names = files.map((file) => file.replace(/^\.\/dist\/esm\/(.+)\.js$/, "$1"));
  return Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]));
}

/**
 * Removes the JavaScript of an earlier build, which would be published with the rest.
 * @param {string} folder
 */
function removeScripts(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) if (file.endsWith(".js")) rmSync(folder + file);
}

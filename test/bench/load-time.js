import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median, quartiles } from "./statistics.js";

/** @typedef {{ milliseconds: number, modules: number, heap: number, resident: number }} Loaded CPU, files, and MiB */

const run = promisify(execFile);
const script = fileURLToPath(new URL("load-once.cjs", import.meta.url));

const core = ["", "/upstream", "/proxy", "/server", "/functiongraph", "/hosts", "/adapter"].map(
  (entry) => `@fg-errors/core${entry}`,
);
const [functions, all] = ["function adapter", "core, all entry points"];

/** Maps the name of each row to the modules that are loaded for it. The first row is Node's share, which ours need in any case. */
const loaded = {
  "node:http and node:crypto alone": ["node:http", "node:crypto"],
  "core, main entry point": ["@fg-errors/core"],
  [functions]: ["@fg-errors/functiongraph"],
  "Express adapter": ["@fg-errors/express"],
  "Koa adapter": ["@fg-errors/koa"],
  "express itself": ["express"],
  "koa itself": ["koa"],
  client: ["@fg-errors/client"],
  contract: ["@fg-errors/contract"],
  telemetry: ["@fg-errors/telemetry"],
  [all]: core,
};

/** Milliseconds that a cold start of an event function may spend on the adapter. */
const most = 25;

/**
 * Measures the CPU and the memory that it takes to load the packages, each time in a new process, in turns. The memory is that after
 * require(), above that of a process that has loaded nothing.
 * @param {import("./types.js").BenchOptions} options a text in the name of what is loaded
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureLoadTime({ rounds, only }) {
  const wanted = Object.entries(loaded).filter(([what]) => what === all || what.includes(only));
  if (wanted.length === 1 && !all.includes(only)) return;
  const measured = wanted.map(([what, names]) => ({ what, names, required: samples(), imported: samples() }));
  const nothing = samples();
  for (let round = 0; round < rounds; round++) {
    nothing.push(await load("require", []));
    for (const { names, required, imported } of measured) {
      required.push(await load("require", names));
      imported.push(await load("import", names));
    }
  }
  const whole = middle(measured.at(-1)?.required ?? []);
  const rows = measured.map(({ what, required, imported }) => {
    const cpu = middle(required);
    const more = (/** @type {keyof Loaded} */ each) => middle(required, each) - middle(nothing, each);
    return [what, `${required[0]?.modules}`, cpu, middle(imported), cpu / whole, more("heap"), more("resident")];
  });
  const columns = ["milliseconds of CPU", "files", "require()", "import()", "of core's whole", "MiB of heap", "MiB resident"];
  const title = "Loading the packages, medians of a new process each";
  const checks = measured.filter(({ what }) => what === functions).map(judge);
  yield { tables: [{ title, columns, rows }], checks: [...checks, ...besideFramework(measured)] };
}

/** Part of express's own time that our adapter for it may take. */
const mostOfExpress = 1 / 3;

/**
 * @param {readonly { what: string, required: readonly Loaded[] }[]} measured
 * @returns {import("./types.js").Check[]}
 */
function besideFramework(measured) {
  const [ours, express] = ["Express adapter", "express itself"].map(
    (name) => measured.find(({ what }) => what === name)?.required,
  );
  if (!ours || !express) return [];
  const ratio = middle(ours) / middle(express);
  return [
    {
      what: "require(), Express adapter and express itself",
      met: ratio <= mostOfExpress,
      measured: ratio.toFixed(2),
      most: mostOfExpress.toFixed(2),
      noise: "",
    },
  ];
}

/** @returns {Loaded[]} */
function samples() {
  return [];
}

/**
 * @param {"require" | "import"} how
 * @param {readonly string[]} names
 * @returns {Promise<Loaded>}
 */
async function load(how, names) {
  const { stdout } = await run(process.execPath, [script, how, ...names]);
  return JSON.parse(stdout);
}

/**
 * @param {readonly Loaded[]} all
 * @param {keyof Loaded} [what]
 */
function middle(all, what = "milliseconds") {
  return median(all.map((one) => one[what]));
}

/**
 * @param {{ what: string, required: readonly Loaded[] }} measured
 * @returns {import("./types.js").Check}
 */
function judge({ what, required }) {
  const [low, high] = quartiles(required.map(({ milliseconds }) => milliseconds));
  const cpu = middle(required);
  return {
    what: `require(), ${what}`,
    met: cpu < most,
    measured: `${cpu.toFixed(1)} ms`,
    most: `${most} ms`,
    noise: `${low.toFixed(1)} to ${high.toFixed(1)}`,
  };
}

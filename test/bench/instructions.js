import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { measureEach } from "./measure-each.js";
import { makeRequests, startLoad, startServer, startUpstreams, stop } from "./processes.js";
import { median } from "./statistics.js";
import { judge } from "./targets.js";

/** @typedef {import("./types.js").Scenario} Scenario */

/** Limits how often a contestant is counted, each time with another seed. */
export const mostRepeats = 3;
/** Lists the requests until everything is compiled, which are not counted, and those that are. */
const lengths = { usual: { warmUp: 8000, counted: 2000 }, large: { warmUp: 3000, counted: 1000 } };

/**
 * A V8 that does the same at the same request every time: one thread, no clock, and optimised soon, since each request is slow here.
 * @param {number} seed
 */
const flagsOf = (seed) => [
  "--predictable",
  "--single-threaded",
  `--hash-seed=${seed}`,
  `--random-seed=${seed}`,
  "--no-incremental-marking",
  "--no-memory-reducer",
  "--no-minor-gc-task",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--invocation-count-for-maglev=50",
  "--invocation-count-for-turbofan=200",
  "--minimum-invocations-after-ic-update=50",
];
const valgrind = ["--tool=callgrind", "--instr-atstart=no", "--smc-check=all-non-file"];

/**
 * Instructions that a request takes outside of the kernel, of the contestants that a target compares in this way.
 * @param {readonly Scenario[]} scenarios
 * @param {import("./types.js").BenchOptions} options
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureInstructions(scenarios, { rounds, scale }) {
  const repeats = Math.min(rounds, mostRepeats);
  const counted = scenarios.filter((scenario) => comparedIn(scenario).length > 0);
  const upstreams = await startUpstreams(counted);
  try {
    yield* measureEach(counted, async (scenario) => {
      const costs = await countScenario(scenario, upstreams.urls[scenario.upstream ?? ""] ?? "", { repeats, scale });
      const least = median(Object.values(costs)[0] ?? []);
      const rows = Object.entries(costs).map(([label, own]) => [label, median(own), median(own) / least, ...own]);
      const columns = [
        "instructions per request",
        "median",
        "ratio",
        ...Array.from({ length: repeats }, (_, index) => `${index + 1}`),
      ];
      return { tables: [{ title: scenario.name, columns, rows }], checks: judge(scenario, "instructions", costs) };
    });
  } finally {
    await upstreams.stop();
  }
}

/** @throws Error where nothing can be counted */
export function assertCanCount() {
  if (spawnSync("valgrind", ["--version"]).error) throw new Error("instructions are counted by valgrind, which is not installed");
}

/** @param {Scenario} scenario */
function comparedIn({ targets = [] }) {
  return [...new Set(targets.filter(({ by }) => by === "instructions").flatMap(({ ours, to }) => [to, ours].flat()))];
}

/**
 * @param {Scenario} scenario
 * @param {string} upstream
 * @param {{ repeats: number, scale: number }} options
 */
async function countScenario(scenario, upstream, { repeats, scale }) {
  const { warmUp, counted } = scenario.requests === undefined ? lengths.usual : lengths.large;
  const requests = { warmUp: Math.ceil(warmUp * scale), counted: Math.ceil(counted * scale) };
  const costs = Object.fromEntries(comparedIn(scenario).map((label) => [label, /** @type {number[]} */ ([])]));
  for (let seed = 1; seed <= repeats; seed++) {
    const runs = Object.entries(costs).map(async ([label, own]) => {
      own.push(await countRequests(scenario, label, upstream, { ...requests, seed }));
    });
    await Promise.allSettled(runs); // none may be left running
    await Promise.all(runs);
  }
  return costs;
}

/**
 * Counts the instructions per request of a server that is warm. The requests come one after another.
 * @param {Scenario} scenario
 * @param {string} label
 * @param {string} upstream
 * @param {{ warmUp: number, counted: number, seed: number }} run
 */
async function countRequests(scenario, label, upstream, { warmUp, counted, seed }) {
  const folder = await mkdtemp(join(tmpdir(), "fg-errors-bench-"));
  const command = ["valgrind", ...valgrind, `--callgrind-out-file=${folder}/counts`, process.execPath, ...flagsOf(seed)];
  const load = startLoad();
  try {
    const { child, port, said } = await startServer(scenario, label, upstream, command);
    const order = { scenario, port, connections: 1 };
    const control = (/** @type {string[]} */ ...words) => promisify(execFile)("vgdb", [`--pid=${child.pid}`, ...words]);
    try {
      await makeRequests(load, { ...order, requests: warmUp });
      await control("instrumentation", "on");
      await makeRequests(load, { ...order, requests: counted });
      await control("dump");
    } finally {
      await stop(child);
      await said;
    }
    return (await totalOf(folder)) / counted;
  } finally {
    await stop(load);
    await rm(folder, { recursive: true });
  }
}

/**
 * Reads what the first dump in the folder has counted.
 * @param {string} folder
 */
async function totalOf(folder) {
  const name = (await readdir(folder)).find((file) => file.endsWith(".1"));
  const total = name && /^totals: (\d+)/m.exec(await readFile(join(folder, name), "utf8"))?.[1];
  if (!total) throw new Error("valgrind has counted nothing");
  return Number(total);
}

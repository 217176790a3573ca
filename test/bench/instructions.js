import { spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { makeRequests, startLoad, startServer, startUpstreams, stop } from "./processes.js";
import { median } from "./statistics.js";
import { judge } from "./targets.js";

/** @typedef {import("./types.js").Scenario} Scenario */

/** How often both runs are made, at most. */
const most = 2;
/** Requests of a short run, in which everything is compiled, and of a long one: their difference has no start and no compiler in it. */
const lengths = { usual: [3000, 9000], large: [2000, 4000] };

/** A V8 that does the same at the same request every time: one thread, no clock, and optimised soon, since each request is slow here. */
const flags = [
  "--predictable",
  "--single-threaded",
  "--hash-seed=1",
  "--random-seed=1",
  "--no-incremental-marking",
  "--no-memory-reducer",
  "--no-minor-gc-task",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--invocation-count-for-maglev=50",
  "--invocation-count-for-turbofan=200",
  "--minimum-invocations-after-ic-update=50",
];
const valgrind = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--smc-check=all-non-file"];

/**
 * Instructions that a request takes outside of the kernel, of the contestants that a target compares in this way.
 * @param {readonly Scenario[]} scenarios
 * @param {import("./types.js").BenchOptions} options
 * @returns {Promise<import("./types.js").PartResult>}
 */
export async function measureInstructions(scenarios, { rounds }) {
  const repeats = Math.min(rounds, most);
  const result = {
    tables: /** @type {import("./types.js").Table[]} */ ([]),
    verdicts: /** @type {import("./types.js").Verdict[]} */ ([]),
  };
  if (spawnSync("valgrind", ["--version"]).error) throw new Error("instructions are counted by valgrind, which is not installed");
  const upstreams = await startUpstreams(scenarios);
  try {
    for (const scenario of scenarios) {
      const costs = await measureScenario(scenario, upstreams.urls[scenario.upstream ?? ""] ?? "", repeats);
      if (Object.keys(costs).length === 0) continue;
      const rows = Object.entries(costs).map(([label, own]) => [label, median(own), ...own]);
      const columns = ["instructions per request", "median", ...Array.from({ length: repeats }, (_, index) => `${index + 1}`)];
      result.tables.push({ title: scenario.name, columns, rows });
      result.verdicts.push(...judge(scenario, "instructions", costs));
      process.stderr.write(`${scenario.name}: counted\n`);
    }
  } finally {
    await upstreams.stop();
  }
  return result;
}

/**
 * @param {Scenario} scenario
 * @param {string} upstream
 * @param {number} repeats
 */
async function measureScenario(scenario, upstream, repeats) {
  const compared = (scenario.targets ?? [])
    .filter(({ by }) => by === "instructions")
    .flatMap(({ ours, to }) => [to, ours].flat());
  const [short = 0, long = 0] = scenario.requests === undefined ? lengths.usual : lengths.large;
  /** @type {Record<string, number[]>} */
  const costs = {};
  for (const label of new Set(compared)) {
    costs[label] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [less, more] = await Promise.all([short, long].map((requests) => count(scenario, label, upstream, requests)));
      costs[label].push(((more ?? 0) - (less ?? 0)) / (long - short));
    }
  }
  return costs;
}

/**
 * Instructions of a whole process that serves so many requests, one after another.
 * @param {Scenario} scenario
 * @param {string} label
 * @param {string} upstream
 * @param {number} requests
 */
async function count(scenario, label, upstream, requests) {
  const { child, port } = await startServer(scenario, label, upstream, ["valgrind", ...valgrind, process.execPath, ...flags]);
  const said = text(/** @type {import("node:stream").Readable} */ (child.stderr));
  const load = startLoad();
  try {
    await makeRequests(load, { scenario, port, requests, connections: 1 });
  } finally {
    await Promise.all([stop(load), stop(child)]);
  }
  const counted = /I +refs: +([\d,]+)/.exec(await said)?.[1];
  if (counted === undefined) throw new Error(`valgrind has counted nothing:\n${await said}`);
  return Number(counted.replaceAll(",", ""));
}

import { spawnSync } from "node:child_process";
import { measureEach } from "./measure-each.js";
import { makeRequests, startLoad, startServer, startUpstreams, stop } from "./processes.js";
import { median } from "./statistics.js";
import { judge } from "./targets.js";

/** @typedef {import("./types.js").Scenario} Scenario */

/** How often both runs are made, at most, each time with another seed. */
export const mostRepeats = 3;
/** Requests of a short run, in which everything is compiled, and of a long one: their difference has no start and no compiler in it. */
const lengths = { usual: [3000, 9000], large: [2000, 4000] };

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
const valgrind = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--smc-check=all-non-file"];

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
  const usual = scenario.requests === undefined ? lengths.usual : lengths.large;
  const [short = 0, long = 0] = usual.map((requests) => Math.ceil(requests * scale));
  /** @type {Record<string, number[]>} */
  const costs = {};
  for (const label of comparedIn(scenario)) {
    costs[label] = [];
    for (let seed = 1; seed <= repeats; seed++) {
      const [less, more] = await bothOf([short, long].map((requests) => count(scenario, label, upstream, { requests, seed })));
      costs[label].push(((more ?? 0) - (less ?? 0)) / (long - short));
    }
  }
  return costs;
}

/**
 * Waits for both, whatever becomes of one: none may be left running.
 * @param {Promise<number>[]} runs
 */
async function bothOf(runs) {
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

/**
 * Instructions of a whole process that serves so many requests, one after another.
 * @param {Scenario} scenario
 * @param {string} label
 * @param {string} upstream
 * @param {{ requests: number, seed: number }} run
 */
async function count(scenario, label, upstream, { requests, seed }) {
  const command = ["valgrind", ...valgrind, process.execPath, ...flagsOf(seed)];
  const { child, port, said } = await startServer(scenario, label, upstream, command);
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

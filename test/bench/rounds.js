import { cpuOf, makeRequests, startLoad, startServer, startUpstreams, stop } from "./processes.js";
import { median, quartiles } from "./statistics.js";
import { judge } from "./targets.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Table} Table */
/** @typedef {import("./types.js").Verdict} Verdict */

const connections = 16;
const usualRequests = 2000;
/** Until then a gateway that runs for days would not be compiled as it is in the end. */
const warmUp = 20_000;

/**
 * CPU per request of each contestant, in rounds that each of them has a turn in: as a multiple of the bare server of the same round.
 * @param {readonly Scenario[]} scenarios
 * @param {import("./types.js").BenchOptions} options
 * @returns {Promise<import("./types.js").PartResult>}
 */
export async function measureCpu(scenarios, { rounds }) {
  const upstreams = await startUpstreams(scenarios);
  const result = { tables: /** @type {Table[]} */ ([]), verdicts: /** @type {Verdict[]} */ ([]) };
  try {
    for (const scenario of scenarios) {
      const costs = await measureScenario(scenario, upstreams.urls[scenario.upstream ?? ""] ?? "", rounds);
      result.tables.push(tableOf(scenario, costs));
      result.verdicts.push(...judge(scenario, "cpu", costs));
      process.stderr.write(`${scenario.name}: done\n`);
    }
  } finally {
    await upstreams.stop();
  }
  return result;
}

/**
 * @param {Scenario} scenario
 * @param {string} upstream
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>} microseconds per request, by label, round by round
 */
async function measureScenario(scenario, upstream, rounds) {
  const { requests = usualRequests } = scenario;
  const labels = Object.keys(scenario.contestants);
  const load = startLoad();
  const contestants = await Promise.all(
    labels.map(async (label) => ({
      label,
      ...(await startServer(scenario, label, upstream)),
      costs: /** @type {number[]} */ ([]),
    })),
  );
  try {
    const first = Math.ceil((warmUp * requests) / usualRequests);
    for (const { port } of contestants) await makeRequests(load, { scenario, port, connections, requests: first });
    for (let round = 0; round < rounds; round++)
      for (const { child, port, costs } of turns(contestants, round)) {
        const before = await cpuOf(child);
        await makeRequests(load, { scenario, port, connections, requests });
        costs.push(((await cpuOf(child)) - before) / requests);
      }
  } finally {
    await Promise.all([load, ...contestants.map(({ child }) => child)].map(stop));
  }
  return Object.fromEntries(contestants.map(({ label, costs }) => [label, costs]));
}

/**
 * Another order in each round: nobody always comes after the same neighbour.
 * @template T
 * @param {readonly T[]} contestants
 * @param {number} round
 */
function turns(contestants, round) {
  const first = round % contestants.length;
  const turned = [...contestants.slice(first), ...contestants.slice(0, first)];
  return round % 2 === 0 ? turned : turned.toReversed();
}

/**
 * @param {Scenario} scenario
 * @param {Record<string, number[]>} costs
 * @returns {Table}
 */
function tableOf({ name }, costs) {
  const bare = costs["bare"] ?? [];
  const rows = Object.entries(costs).map(([label, own]) => {
    const ratios = own.map((cost, round) => cost / (bare[round] ?? Number.NaN));
    const [low, high] = quartiles(ratios);
    return [label, median(ratios), low, high, median(own)];
  });
  return { title: name, columns: ["CPU per request", "x bare", "quartile", "quartile", "microseconds"], rows };
}

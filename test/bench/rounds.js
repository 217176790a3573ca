import { measureEach } from "./measure-each.js";
import { cpuOf, makeRequests, startLoad, startServer, startUpstreams, stop } from "./processes.js";
import { median, quartiles } from "./statistics.js";
import { judge } from "./targets.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Table} Table */

const usualConnections = 16;
const usualRequests = 2000;
/** Until then a gateway that runs for days would not be compiled as it is in the end. */
const warmUp = 20_000;
/** Milliseconds that a first answer may take. */
const patience = 60_000;

/**
 * CPU per request of each contestant, in rounds that each of them has a turn in: as a multiple of the bare server of the same round.
 * @param {readonly Scenario[]} scenarios
 * @param {import("./types.js").BenchOptions} options
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureCpu(scenarios, options) {
  const upstreams = await startUpstreams(scenarios);
  try {
    yield* measureEach(scenarios, async (scenario) => {
      const costs = await measureScenario(scenario, upstreams.urls[scenario.upstream ?? ""] ?? "", options);
      return { tables: [tableOf(scenario, costs)], checks: judge(scenario, "cpu", costs) };
    });
  } finally {
    await upstreams.stop();
  }
}

/**
 * @param {Scenario} scenario
 * @param {string} upstream
 * @param {Pick<import("./types.js").BenchOptions, "rounds" | "scale">} options
 * @returns {Promise<Record<string, number[]>>} microseconds per request, by label, round by round
 */
export async function measureScenario(scenario, upstream, { rounds, scale }) {
  const { connections = usualConnections } = scenario;
  const requests = Math.max(connections, Math.ceil((scenario.requests ?? usualRequests) * scale));
  const load = startLoad();
  /** @type {{ label: string, child: import("node:child_process").ChildProcess, port: number, costs: number[] }[]} */
  const contestants = [];
  try {
    for (const label of Object.keys(scenario.contestants))
      contestants.push({ label, ...(await startServer(scenario, label, upstream)), costs: [] });
    for (const { label, port } of contestants) await assertAnswer(scenario, label, port);
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
 * Every contestant has to do its work: the status, and where it says so of itself, JSON.
 * @param {Scenario} scenario
 * @param {string} label
 * @param {number} port
 */
async function assertAnswer({ name, request, status, json = [] }, label, port) {
  const { method = "GET", path, body } = request;
  const headers = { Accept: "application/json", ...request.headers };
  try {
    const signal = AbortSignal.timeout(patience);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body: body || null, signal });
    const content = await answer.text();
    if (answer.status !== status) throw new Error(`status ${answer.status} instead of ${status}`);
    if (!json.includes(label)) return;
    if (!/\bjson\b/.test(answer.headers.get("content-type") ?? "")) throw new Error(`${content} is no JSON`);
    JSON.parse(content);
  } catch (cause) {
    throw new Error(`${name}, ${label}: ${cause}`, { cause });
  }
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

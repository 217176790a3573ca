// Cost that grows with the work: each row is one size, ours beside another.
import { measureInFlight } from "./in-flight.js";
import { measureEach } from "./measure-each.js";
import { startUpstreams } from "./processes.js";
import { measureScenario } from "./rounds.js";
import { median, quartiles } from "./statistics.js";

/** @typedef {import("./types.js").Series} Series */

const file = "series.js";
const routes = [10, 100, 1000, 5000];
/** Fewer requests where one takes a millisecond. @param {number} size */
const fewer = (size) => (size >= 1000 ? 200 : 2000);

/** @type {readonly Series[]} */
const all = [
  {
    name: "Express, unmatched",
    unit: "routes",
    sizes: routes,
    scenarioOf: (size) => ({ request: { path: "/nowhere/17" }, status: 404, requests: fewer(size) }),
    contestants: { Express: [file, "routesAlone"], ours: [file, "routesOurs"] },
    target: { size: 1000, most: 1.2 },
  },
  {
    name: "Express, wrong method",
    unit: "routes",
    sizes: routes,
    scenarioOf: (size) => ({ request: { path: `/api/r${size - 3}/17` }, status: 405, requests: fewer(size) }),
    contestants: { "a line that asks no route": [file, "routesRefused"], ours: [file, "routesOurs"] },
  },
  {
    name: "Express, a chain of causes",
    unit: "errors",
    sizes: [1, 2, 4, 8, 16, 32],
    scenarioOf: () => ({ request: { path: "/" }, status: 500 }),
    contestants: { Express: [file, "causesAlone"], ours: [file, "causesOurs"] },
  },
  {
    name: "Express, invalid fields of zod",
    unit: "fields",
    sizes: [5, 50, 500],
    scenarioOf: () => ({ request: { path: "/" }, status: 400, requests: 500 }),
    contestants: { "hand-tuned": [file, "fieldsTuned"], ours: [file, "fieldsOurs"] },
  },
  ...["identity", "gzip", "br"].map((coding) => ({
    name: `fgProxy(), an upstream's 500 in ${coding}`,
    unit: "KiB",
    sizes: [1, 4, 16, 64],
    scenarioOf: (/** @type {number} */ size) => ({
      request: { path: `/${size}/${coding}` },
      upstream: "sized",
      status: 500,
      requests: 300,
    }),
    contestants: /** @type {Series["contestants"]} */ ({
      responseInterceptor: ["proxies.js", "interceptor"],
      "fgProxy()": ["proxies.js", "ours"],
    }),
  })),
  {
    name: "Express, a 404 of its own by connections",
    unit: "connections",
    sizes: [10, 100, 1000],
    scenarioOf: (size) => ({ request: { path: "/own/17" }, status: 404, connections: size }),
    contestants: { "hand-tuned": ["express.js", "handTuned"], ours: ["express.js", "ours"] },
  },
];

/**
 * @param {import("./types.js").BenchOptions} options
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureSeries(options) {
  const wanted = all.filter(({ name }) => name.includes(options.only));
  yield* measureEach(wanted, (series) => measureOne(series, options));
  if ("in flight".includes(options.only)) yield await measureInFlight();
}

/**
 * @param {Series} series
 * @param {import("./types.js").BenchOptions} options
 * @returns {Promise<import("./types.js").PartResult>}
 */
async function measureOne({ name, unit, sizes, scenarioOf, contestants, target }, options) {
  const rows = [];
  const checks = [];
  const [other = "", ours = ""] = Object.keys(contestants);
  for (const size of sizes) {
    const scenario = { name: `${name}, ${size} ${unit}`, size, contestants, ...scenarioOf(size) };
    const upstreams = await startUpstreams([scenario]);
    try {
      const costs = await measureScenario(scenario, upstreams.urls[scenario.upstream ?? ""] ?? "", options);
      const [theirs = [], own = []] = [costs[other], costs[ours]];
      const ratios = own.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
      const [low, high] = quartiles(ratios);
      rows.push([`${size}`, median(theirs), median(own), median(ratios), low, high]);
      if (target?.size === size) checks.push(judge(`${scenario.name}: ${ours} and ${other}`, ratios, target.most));
    } finally {
      await upstreams.stop();
    }
  }
  const columns = [unit, `${other}, microseconds`, `${ours}, microseconds`, "ratio", "quartile", "quartile"];
  return { tables: [{ title: name, columns, rows }], checks };
}

/**
 * @param {string} what
 * @param {readonly number[]} ratios
 * @param {number} most
 * @returns {import("./types.js").Check}
 */
function judge(what, ratios, most) {
  const [low, high] = quartiles(ratios);
  const ratio = median(ratios);
  return {
    what,
    met: ratio <= most,
    measured: ratio.toFixed(3),
    most: `${most}`,
    noise: `${low.toFixed(3)} to ${high.toFixed(3)}`,
  };
}

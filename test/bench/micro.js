import { createResponder, defineContract, functionGraph, normalizeError } from "@fg-errors/core";
import { measure } from "mitata";
import { thrownValues } from "./families.js";

/** Microseconds that normalizeError() may take, of an unknown error and of every common family. */
const most = 2;

/** How often all are measured, one after another: a neighbour of the machine is loud for seconds. */
const passes = 3;

/** What is shown beside: every field of a validator's list has its own cost. */
const beside = new Set(["zod, 5 fields"]);

/**
 * What a call costs in this process, once everything has been seen: normalizeError(), and a responder's whole answer in each format.
 * @param {Pick<import("./types.js").BenchOptions, "only">} options a text in the error's name
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureMicro({ only }) {
  const values = Object.entries(await thrownValues());
  const wanted = values.filter(([what]) => what.includes(only));
  if (wanted.length === 0) return;
  const [problem, functiongraph] = [createResponder({ onError }), createResponder({ onError, format: "functiongraph" })];
  // One shape alone would be inlined into the calls that are measured: a gateway meets them all.
  for (let round = 0; round < 20_000; round++)
    for (const [, value] of values) for (const call of [normalizeError, problem, functiongraph]) call(value, facts);
  const kinds = wanted.map(([what, value]) => {
    const calls = [() => normalizeError(value), () => problem(value, facts), () => functiongraph(value, facts)];
    return { what, calls, least: /** @type {Batches[]} */ ([]) };
  });
  for (let pass = 0; pass < passes; pass++)
    for (const { calls, least } of kinds)
      for (const [at, call] of calls.entries()) least[at] = lesser(least[at], await microseconds(call));
  const rows = kinds.map(({ what, least }) => [what, ...least.map(({ median }) => median)]);
  const checks = kinds.flatMap(({ what, least: [normalize] }) =>
    normalize && !beside.has(what) ? [judge(what, normalize)] : [],
  );
  const columns = ["in this process", "normalizeError", "respond", "functiongraph"];
  const catalogue = wanted.length === values.length ? await measureCatalogue() : undefined;
  if (catalogue) yield catalogue;
  yield { tables: [{ title: "Microseconds, the median of many batches, the lowest of three", columns, rows }], checks };
}

/** Most that an error may cost with 30 classes in its catalogue, compared with one class. */
const mostByClasses = 1.1;

/**
 * Compares normalizeError() of a domain error with 30 classes in its catalogue, and with one.
 * @returns {Promise<import("./types.js").PartResult>}
 */
async function measureCatalogue() {
  const classes = Array.from({ length: 30 }, () => class extends Error {});
  const row = { status: 409, title: "Out of stock", detail: "Only {left, number} are left." };
  const of = (/** @type {number} */ count) =>
    defineContract(functionGraph, {
      service: "SHOP",
      types: "urn:example:shop:",
      problems: Object.fromEntries(classes.slice(-count).map((from, at) => [`p${at}`, { ...row, from }])),
    });
  const thrown = Object.assign(new /** @type {ErrorConstructor} */ (classes.at(-1))("secret"), { left: 2 });
  const calls = [of(1), of(30)].map((contract) => () => normalizeError(thrown, { contract }));
  const least = /** @type {Batches[]} */ ([]);
  for (let pass = 0; pass < passes; pass++)
    for (const [at, call] of calls.entries()) least[at] = lesser(least[at], await microseconds(call));
  const [one, many] = /** @type {[Batches, Batches]} */ (/** @type {unknown} */ (least));
  const ratio = many.median / one.median;
  return {
    tables: [
      {
        title: "A domain error by catalogue, microseconds",
        columns: ["classes in the catalogue", "normalizeError"],
        rows: [
          ["1", one.median],
          ["30", many.median],
        ],
      },
    ],
    checks: [
      {
        what: "a domain error, 30 classes beside 1",
        met: ratio < mostByClasses,
        measured: ratio.toFixed(2),
        most: `${mostByClasses}`,
        noise: `${(many.low / one.high).toFixed(2)} to ${(many.high / one.low).toFixed(2)}`,
      },
    ],
  };
}

/** Without it a 5xx would go to stderr. */
function onError() {}

/** What an adapter says of a browser's request. */
const facts = {
  headers: {
    host: "127.0.0.1:8080",
    connection: "keep-alive",
    accept: "application/json, text/plain, */*",
    "accept-encoding": "gzip, deflate",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
  },
  method: "GET",
  url: "/orders/17?page=2",
  complete: true,
  aborted: false,
  origin: undefined,
  responseHeaders: {},
};

/** @typedef {{ low: number, median: number, high: number }} Batches the middle half of them */

/**
 * Of many batches the median: it has in it what a call leaves to the garbage collector.
 * @param {() => unknown} call
 * @returns {Promise<Batches>}
 */
async function microseconds(call) {
  const { p25, p50, p75 } = await measure(call, { min_cpu_time: 100e6, batch_samples: 512 });
  return { low: p25 / 1000, median: p50 / 1000, high: p75 / 1000 };
}

/**
 * What else the machine does can only add.
 * @param {Batches | undefined} before
 * @param {Batches} now
 */
function lesser(before, now) {
  return before !== undefined && before.median <= now.median ? before : now;
}

/**
 * @param {string} what
 * @param {Batches} batches
 * @returns {import("./types.js").Check}
 */
function judge(what, { low, median, high }) {
  return {
    what: `normalizeError(), ${what}`,
    met: median < most,
    measured: `${median.toFixed(2)} microseconds`,
    most: `${most}`,
    noise: `${low.toFixed(2)} to ${high.toFixed(2)}`,
  };
}

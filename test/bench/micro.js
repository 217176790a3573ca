import { createResponder, normalizeError } from "@fg-errors/core";
import { measure } from "mitata";
import { thrownValues } from "./families.js";

/**
 * Microseconds per call; whether normalizeError() has to take less than `most` of them.
 * @typedef {{ what: string, normalize: number, problem: number, functiongraph: number, isTarget: boolean }} Row
 */

/** Microseconds that normalizeError() may take, of an unknown error and of every common family. */
export const most = 2;

/** What is shown beside: every field of a validator's list has its own cost. */
const beside = new Set(["zod, 5 fields"]);

/**
 * What a call costs in this process, once everything has been seen: normalizeError(), and a responder's whole answer in each format.
 * @param {{ only?: string, milliseconds?: number }} [options] a text in the error's name; time spent per figure
 * @returns {Promise<Row[]>}
 */
export async function measureMicro({ only = "", milliseconds = 100 } = {}) {
  const values = Object.entries(await thrownValues());
  const [problem, functiongraph] = [createResponder({ onError }), createResponder({ onError, format: "functiongraph" })];
  // One shape alone would be inlined into the calls that are measured: a gateway meets them all.
  for (let round = 0; round < 2000; round++)
    for (const [, value] of values) for (const call of [normalizeError, problem, functiongraph]) call(value, facts);
  const rows = [];
  for (const [what, value] of values) {
    if (!what.includes(only)) continue;
    rows.push({
      what,
      normalize: await fastest(() => normalizeError(value), milliseconds),
      problem: await fastest(() => problem(value, facts), milliseconds),
      functiongraph: await fastest(() => functiongraph(value, facts), milliseconds),
      isTarget: !beside.has(what),
    });
  }
  return rows;
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

/**
 * Of many batches the fastest: what else the machine does can only add to it.
 * @param {() => unknown} call
 * @param {number} milliseconds
 */
async function fastest(call, milliseconds) {
  const { min } = await measure(call, { min_cpu_time: milliseconds * 1e6, batch_samples: 512 });
  return min / 1000;
}

import { readFileSync, writeFileSync } from "node:fs";
import { makeRequests, reply, startLoad, startServer, startUpstreams, stop } from "./processes.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Table} Table */
/** @typedef {import("./types.js").Check} Check */
/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */
/** @typedef {ReturnType<typeof startLoad>} Load */
/** @typedef {{ label: string, growth: number, replies: string }} Peak MiB */
/** @typedef {{ label: string, before: number, growth: number }} Heap MiB */

/** MiB that an upstream's error body of 100 MiB may add to the peak. */
const mostAtPeak = 8;
/** MiB that an error's traces may take after so many errors. */
const mostOnHeap = 2;
const manyErrors = 100_000;
const connections = 16;

const ours = /** @type {const} */ ({ "ours on Express": "ourExpress", "ours on Koa": "ourKoa" });
const compared = { ...ours, responseInterceptor: "interceptor" };

/**
 * What errors cost in memory: at the peak, while an upstream's error body of 100 MiB comes, and for good, after many errors of every kind.
 * Needs Linux, which reports a process's peak.
 * @param {Pick<import("./types.js").BenchOptions, "only">} options a text in the contestant's name
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureMemory({ only }) {
  if (!Object.keys(compared).some((label) => label.includes(only))) return;
  const upstreams = await startUpstreams([scenarioOf("", "")]);
  const load = startLoad();
  /** @type {Peak[]} */
  const peaks = [];
  /** @type {Heap[]} */
  const heaps = [];
  try {
    for (const [label, name] of Object.entries(compared).filter(([label]) => label.includes(only))) {
      const server = await startServer(scenarioOf(name, ""), name, upstreams.urls["flood"] ?? "");
      try {
        peaks.push({ label, ...(await peakOf(server, load)) });
        if (label in ours) heaps.push({ label, ...(await heapOf(server, load)) });
      } finally {
        await stop(server.child);
      }
    }
  } finally {
    await Promise.all([stop(load), upstreams.stop()]);
  }
  yield {
    tables: [tableOfPeaks(peaks), tableOfHeaps(heaps)],
    checks: [...peaks.filter(isOurs).map(judgePeak), ...heaps.map(judgeHeap)],
  };
}

/**
 * @param {string} name
 * @param {string} path
 * @param {number} [status]
 * @returns {Scenario}
 */
function scenarioOf(name, path, status = 500) {
  return { name, request: { path }, upstream: "flood", status, contestants: { [name]: ["gateways.js", name] } };
}

const warmUp = 2000;
const floods = 5;

/**
 * How far the peak of a process's memory rises while the body comes, several times.
 * @param {Server} server
 * @param {Load} load
 */
async function peakOf({ child, port }, load) {
  const { pid = 0 } = child;
  await makeRequests(load, { scenario: scenarioOf("warm up", "/proxied"), port, connections, requests: warmUp });
  await usageOf(child);
  writeFileSync(`/proc/${pid}/clear_refs`, "5"); // the peak is what is in use now
  const before = peakIn(pid);
  const replies = new Set();
  for (let time = 0; time < floods; time++) replies.add(await statusOf(port));
  return { growth: (peakIn(pid) - before) / 1024, replies: [...replies].join(", ") };
}

/** @param {number} port */
async function statusOf(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/proxied/flood`, { signal: AbortSignal.timeout(30_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return "none within 30 s";
  }
}

/**
 * KiB of main memory that a process has used at most.
 * @param {number} pid
 */
function peakIn(pid) {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
}

/** Its kinds of errors come in turns. */
const kinds = /** @type {const} */ ([
  ["/thrown", 500],
  ["/problem", 404],
  ["/missing", 404],
  ["/proxied", 500],
]);

const perTurn = 1000;

/**
 * How far its heap grows.
 * @param {Server} server
 * @param {Load} load
 */
async function heapOf({ child, port }, load) {
  const turn = async () => {
    for (const [path, status] of kinds)
      await makeRequests(load, { scenario: scenarioOf("errors", path, status), port, connections, requests: perTurn });
  };
  for (let warm = 0; warm < 3; warm++) await turn();
  const before = await heapAfterGc(child);
  for (let made = 0; made < manyErrors; made += perTurn * kinds.length) await turn();
  return { before, growth: (await heapAfterGc(child)) - before };
}

/** @param {Server["child"]} child */
async function heapAfterGc(child) {
  await usageOf(child); // what finalizers release goes with the second
  return (await usageOf(child)).heapUsed / 2 ** 20;
}

/**
 * @param {Server["child"]} child
 * @returns {Promise<NodeJS.MemoryUsage>}
 */
async function usageOf(child) {
  child.send({ ask: "usage", gc: true });
  return (await reply(child)).memory;
}

/**
 * @param {readonly Peak[]} peaks
 * @returns {Table}
 */
function tableOfPeaks(peaks) {
  const rows = peaks.map(({ label, growth, replies }) => [label, growth, replies]);
  return { title: "An upstream's error body of 100 MiB", columns: ["MiB", "peak RSS grows by", "replies"], rows };
}

/**
 * @param {readonly Heap[]} heaps
 * @returns {Table}
 */
function tableOfHeaps(heaps) {
  const rows = heaps.map(({ label, before, growth }) => [label, before, growth]);
  return { title: `${manyErrors} errors in a row`, columns: ["MiB", "heap before", "heap grows by"], rows };
}

/** @param {Peak} peak */
function isOurs({ label }) {
  return label in ours;
}

/**
 * @param {Peak} peak
 * @returns {Check}
 */
function judgePeak({ label, growth, replies }) {
  const what = `100 MiB error body, ${label}: peak RSS`;
  return { ...check(what, growth, mostAtPeak), met: replies === "500" && growth < mostAtPeak };
}

/**
 * @param {Heap} heap
 * @returns {Check}
 */
function judgeHeap({ label, growth }) {
  return check(`${manyErrors} errors, ${label}: heap`, growth, mostOnHeap);
}

/**
 * @param {string} what
 * @param {number} growth
 * @param {number} most
 * @returns {Check}
 */
function check(what, growth, most) {
  return { what, met: growth < most, measured: `${growth.toFixed(1)} MiB`, most: `${most} MiB`, noise: "" };
}

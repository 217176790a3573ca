import { once } from "node:events";
import { connect } from "node:net";
import { reply, startServer, stop } from "./processes.js";

/** Requests that wait for their answer at once. */
const manyRequests = 1000;

const file = "series.js";

/** @type {Record<string, readonly [file: string, name: string]>} */
const contestants = {
  Express: [file, "waitingAlone"],
  "with fgErrors()": [file, "waitingErrors"],
  "with fgErrors() and fgResponses()": [file, "waitingResponses"],
};

/**
 * Heap that a request takes while its handler has not answered.
 * @returns {Promise<import("./types.js").PartResult>}
 */
export async function measureInFlight() {
  const rows = [];
  for (const label of Object.keys(contestants)) rows.push([label, await octetsPerRequest(label)]);
  const title = `${manyRequests} requests in flight on Express`;
  return { tables: [{ title, columns: ["octets of heap", "per request"], rows }], checks: [] };
}

/** @param {string} label */
async function octetsPerRequest(label) {
  const scenario = { name: "in flight", request: { path: "/waiting" }, status: 200, contestants };
  const { child, port } = await startServer(scenario, label, "");
  /** @type {import("node:net").Socket[]} */
  const sockets = [];
  try {
    await waitsAt(port);
    for (let at = 0; at < manyRequests; at++) sockets.push(connect({ port, host: "127.0.0.1" }));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const before = await heapOf(child);
    for (const socket of sockets) socket.write("GET /waiting HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while ((await waitsAt(port)) < manyRequests);
    return ((await heapOf(child)) - before) / manyRequests;
  } finally {
    for (const socket of sockets) socket.destroy();
    await stop(child);
  }
}

/** @param {number} port */
async function waitsAt(port) {
  return Number(await (await fetch(`http://127.0.0.1:${port}/count`)).text());
}

/** @param {import("node:child_process").ChildProcess} child */
async function heapOf(child) {
  child.send({ ask: "usage", gc: true });
  return /** @type {NodeJS.MemoryUsage} */ ((await reply(child)).memory).heapUsed;
}

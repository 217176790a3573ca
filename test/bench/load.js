// The load generator's process: on { port, requests, request, status, connections } it makes so many requests, each connection one after
// another, and answers { done: true } or { failure }. Connections stay open for the next time.
import { once } from "node:events";
import { connect } from "node:net";
import { createReplyReader } from "./replies.js";

/** @typedef {{ port: number, requests: number, request: string, status: number, connections: number }} Order */
/** @typedef {import("node:net").Socket & { onReply?: (status: number) => void, onCut?: (reason?: Error) => void }} Connection */

/** @type {Map<number, Connection[]>} */
const pools = new Map();

process.on("message", async (/** @type {Order} */ order) => {
  try {
    const sockets = await open(order);
    await run(sockets, order);
    process.send?.({ done: true });
  } catch (failure) {
    process.send?.({ failure: String(failure) });
  }
});
process.on("disconnect", () => process.exit(0));

/** @param {Order} order */
async function open({ port, connections }) {
  const pool = (pools.get(port) ?? []).filter((socket) => socket.writable && socket.readable);
  while (pool.length < connections) {
    /** @type {Connection} */
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    const read = createReplyReader((status) => socket.onReply?.(status));
    socket.on("data", read);
    socket.on("error", (reason) => socket.onCut?.(reason));
    socket.on("close", () => socket.onCut?.());
    pool.push(socket);
  }
  pools.set(port, pool);
  return pool;
}

/** Milliseconds without any reply after which none is waited for. */
const patience = 60_000;

/**
 * @param {Connection[]} sockets
 * @param {Order} order
 */
function run(sockets, { requests, request, status: expected }) {
  const octets = Buffer.from(request, "latin1");
  let [asked, answered] = [0, 0];
  /** @type {NodeJS.Timeout} */
  let watch;
  return /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      const abort = () => reject(new Error(`no reply within ${patience} ms after ${answered} of ${requests}`));
      watch = setTimeout(abort, patience);
      for (const socket of sockets) {
        socket.onCut = (reason) => reject(reason ?? new Error("a connection was closed"));
        socket.onReply = (status) => {
          watch.refresh();
          if (status !== expected) reject(new Error(`status ${status} instead of ${expected}`));
          if (++answered === requests) resolve();
          ask();
        };
        const ask = () => {
          if (asked++ < requests) socket.write(octets);
        };
        ask();
      }
    })
  ).finally(() => {
    clearTimeout(watch);
    for (const socket of sockets) socket.onCut = () => {};
  });
}

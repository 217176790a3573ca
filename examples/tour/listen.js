// Where the servers of the tour listen: on 127.0.0.1 only.
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Starts a server and gives its address. A port that is taken: the next free one.
 * @param {import("node:net").Server} server
 * @param {number} port 0 for any
 * @param {(text: string) => void} say hears of a port that is taken
 * @param {number} wanted the port that was tried first
 * @returns {Promise<string>}
 */
export async function listen(server, port = 0, say = console.log, wanted = port) {
  const listening = once(server, "listening");
  server.listen(port, "127.0.0.1");
  try {
    await listening;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EADDRINUSE" || port > 65_000) throw error;
    return listen(server, port + 1, say, wanted);
  }
  const taken = /** @type {import("node:net").AddressInfo} */ (server.address()).port;
  if (port !== wanted) say(`Port ${wanted} is taken, so it is ${taken}.`);
  return `http://127.0.0.1:${taken}`;
}

/** An address where connections are refused. */
export async function portNobodyListensOn() {
  const server = createServer();
  const address = await listen(server);
  await once(server.close(), "close");
  return address;
}

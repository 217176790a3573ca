// node serve.js <file in contestants/> <export> <env as JSON>: one contestant as a server of its own.
// Reports its port, and on the message "usage" the CPU and memory that the process has used so far.
import { createServer } from "node:http";

// What a framework writes to stderr by default goes nowhere, the same way for all.
console.error = () => {};

const [file = "", name = "", env = "{}"] = process.argv.slice(2);
const contestants = /** @type {Record<string, import("./types.js").Contestant>} */ (
  await import(new URL(`contestants/${file}`, import.meta.url).href)
);
const contestant = contestants[name];
if (!contestant) throw new Error(`${file} has no contestant ${name}`);

const server = createServer(contestant(JSON.parse(env)));
server.keepAliveTimeout = 0; // the others have their turns meanwhile
server.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  process.send?.({ port });
});

process.on("message", (/** @type {{ ask: string, gc?: boolean }} */ { ask, gc }) => {
  if (gc) globalThis.gc?.();
  if (ask === "usage") process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage() });
});
process.on("disconnect", () => process.exit(0));

// Starts the processes of the bench and talks with them. Whoever starts one ends it.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** @typedef {import("node:child_process").ChildProcess} Child */
/** @typedef {import("./types.js").Scenario} Scenario */

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const env = { ...process.env, NODE_ENV: "production" };

/**
 * A contestant's server.
 * @param {Scenario} scenario
 * @param {string} label
 * @param {string} upstream its URL, or ""
 * @param {readonly string[]} [command] what to run it with, which may have something to say on stderr; default: this Node
 */
export async function startServer(scenario, label, upstream, command) {
  const [file, name] = scenario.contestants[label] ?? ["", ""];
  const { status, length, size } = scenario;
  const [program = process.execPath, ...flags] = command ?? [process.execPath, "--expose-gc"];
  const args = [...flags, path("serve.js"), file, name, JSON.stringify({ upstream, status, length, size })];
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", command ? "pipe" : "inherit", "ipc"] });
  const said = child.stderr ? text(child.stderr) : Promise.resolve("");
  try {
    const { port } = await reply(child);
    return { child, port: Number(port), said };
  } catch (failure) {
    throw new Error(`${scenario.name}, ${label} did not start:\n${await said}`, { cause: failure });
  }
}

/** The load generator. */
export function startLoad() {
  return fork(path("load.js"), { env });
}

/**
 * The upstreams of these scenarios, by name; none where they need none.
 * @param {readonly Scenario[]} scenarios
 */
export async function startUpstreams(scenarios) {
  if (scenarios.every(({ upstream }) => upstream === undefined))
    return { urls: /** @type {Record<string, string>} */ ({}), async stop() {} };
  const child = fork(path("upstream.js"), { env });
  /** @type {Record<string, string>} */
  const urls = await reply(child);
  return { urls, stop: () => stop(child) };
}

/**
 * Microseconds of CPU that a server has used so far.
 * @param {Child} server
 */
export async function cpuOf(server) {
  server.send({ ask: "usage" });
  const { cpu } = await reply(server);
  return cpu.user + cpu.system;
}

/**
 * Has the load generator make requests of a server.
 * @param {Child} load
 * @param {{ port: number, requests: number, connections: number, scenario: Scenario }} order
 */
export async function makeRequests(load, { scenario, ...order }) {
  load.send({ ...order, request: octetsOf(scenario.request), status: scenario.status });
  const { failure } = await reply(load);
  if (failure) throw new Error(`${scenario.name}: ${failure}`);
}

/**
 * Ends a process in good order.
 * @param {Child} child
 */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  if (child.connected) child.disconnect();
  else child.kill();
  await ended;
}

/**
 * The next message of a process.
 * @param {Child} child
 * @returns {Promise<any>}
 */
export function reply(child) {
  return new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code, /** @type {string | null} */ signal) =>
      reject(new Error(`a process ended with ${code ?? signal}: ${child.spawnargs.join(" ")}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}

/** What a client of today sends along. */
const usual = {
  Host: "127.0.0.1",
  Connection: "keep-alive",
  Accept: "application/json, text/plain, */*",
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)",
};

/** @param {Scenario["request"]} request */
function octetsOf({ method = "GET", path, headers = {}, body = "" }) {
  const length = body === "" ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const lines = Object.entries({ ...usual, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

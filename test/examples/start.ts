// An example as a user runs it: a process of its own, pointed at an upstream by its environment.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterEach } from "vitest";

/** The `onTestFinished` of a test's context: tests that run side by side have nothing else to know each other by. */
export type Later = (act: () => void) => void;

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** Has a process ended after the test, which is the only one that runs, unless `later` says when. */
export function endLater<Child extends ChildProcess>(child: Child, later: Later = (end) => void ends.push(end)): Child {
  later(() => void child.kill());
  return child;
}

export interface Example {
  readonly port: number;
  readonly pid: number;
  /** Asks it to end, as an operator does. */
  readonly end: () => void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts an example, or the script of one, on the port that it says it listens on. */
export async function startExample(name: string, environment: Record<string, string>, later?: Later): Promise<Example> {
  const file = name.endsWith(".js") ? name : `${name}/gateway.js`;
  const script = new URL(`../../examples/${file}`, import.meta.url).pathname;
  const env = { ...process.env, ...environment, PORT: "0" };
  const child = endLater(spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "ignore"] }), later);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { port: Number(/:(\d+)$/.exec(line)![1]), pid: child.pid!, end: () => void child.kill(), ended };
}

/** Makes an upstream that answers each request on a connection of its own, so that no connection is left for the next test. */
export function answering(listener: RequestListener): (socket: Socket) => void {
  const server = createHttpServer(listener);
  server.maxRequestsPerSocket = 1;
  return (socket) => void server.emit("connection", socket);
}

/**
 * Starts a gateway and its upstream. A gateway for each test would take half a second each time.
 * @returns a function that sets what the upstream does with a connection, and runs a visit of the gateway
 */
export async function startWithUpstream(name: string, later: Later) {
  let serve: (socket: Socket) => unknown;
  const sockets = new Set<Socket>();
  const upstream = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    serve(socket);
  });
  await once(upstream.listen(0, "127.0.0.1"), "listening");
  later(() => void upstream.close());
  const { port, ended } = await startExample(
    name,
    { UPSTREAM: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
    later,
  );
  return async (next: (socket: Socket) => unknown, visit: (port: number) => Promise<void>) => {
    serve = next;
    try {
      await Promise.race([visit(port), ended.then((code) => Promise.reject(new Error(`The gateway ended with ${code}`)))]);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  };
}

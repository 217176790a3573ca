// Programs that npm cannot install, started once for all tests of a file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { eventually } from "../patience.js";

/**
 * Finds a program. Where it is missing, its tests are skipped with a line that says how to install it, or fail where CI=true.
 * @param debianPackage which has the program
 * @example const nginx = requireProgram("nginx", "nginx-light"); describe.skipIf(nginx.isSkipped)("nginx", …);
 */
export function requireProgram(name: string, debianPackage: string): { readonly path: string; readonly isSkipped: boolean } {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"]; // where Debian has servers
  const path = folders.map((folder) => join(folder, name)).find((each) => existsSync(each));
  if (path !== undefined) return { path, isSkipped: false };
  const advice = `${name} is missing: apt-get install ${debianPackage}`;
  if (process.env["CI"] === "true") throw new Error(advice);
  console.warn(`Its tests are skipped, since ${advice}`);
  return { path: name, isSkipped: true };
}

export interface Program {
  /** All that it has written to stdout and stderr. */
  readonly printed: () => string;
  /** Kills it: it is one process. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a program that stays in the foreground, as one process.
 * @param ports on which it listens: it is ready once all of them take connections
 * @param variables of the environment, besides this process's
 */
export async function startProgram(
  path: string,
  args: readonly string[],
  ports: readonly number[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...variables } });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const ended = once(child, "close");
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const failed = ended.then(([code]) => {
    throw new Error(`${path} ended with ${String(code)}: ${printed}`);
  });
  try {
    await Promise.race([failed, Promise.all(ports.map((port) => eventually(() => connectOnce(port))))]);
  } catch (error) {
    await stop();
    throw error;
  }
  failed.catch(() => {});
  return { printed: () => printed, stop };
}

async function connectOnce(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    // A port on which nobody listens may be the one that the kernel gives the client: then it is connected with itself.
    if (socket.localPort === port) throw new Error(`nobody listens on port ${port} yet`);
  } finally {
    socket.destroy();
  }
}

/**
 * Gives ports of loopback that are free, each another one. They are below those that Linux gives to whoever asks for any port (from 32768), since a
 * program takes them a moment later: until then, another test's connection could have one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}

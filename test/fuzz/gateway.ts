// An example gateway as a process of its own, that can be asked how it is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface State {
  /** Octets after a collection. */
  readonly heap: number;
  /** Requests, responses and connections in memory after a collection, by kind. */
  readonly alive: Readonly<Record<string, number>>;
  /** What keeps the event loop busy, by kind. */
  readonly resources: readonly string[];
}

export interface Gateway {
  readonly name: string;
  readonly port: number;
  /** All that it has written to stderr, where nothing belongs as long as its problems are reported. */
  readonly stderr: () => string;
  /** How the process ended, if it did. */
  readonly ended: () => string | undefined;
  readonly state: () => Promise<State>;
  readonly stop: () => void;
}

/** Warnings that are not about what a gateway does wrong: v8.queryObjects() of the probe is experimental. */
const quiet = ["--no-deprecation", "--disable-warning=ExperimentalWarning"];

const folder = new URL("../../examples/", import.meta.url);

interface Settings {
  /** Of its server, such as time limits. */
  readonly server?: object;
  /** Given the request ids of all that the gateway's `onError` was called with. */
  readonly onReported?: (ids: readonly string[]) => void;
}

/** @param upstream a port of loopback */
export async function startGateway(name: string, upstream: number, { server = {}, onReported }: Settings = {}): Promise<Gateway> {
  const probe = new URL("probe.js", import.meta.url).pathname;
  const script = new URL(`${name}/gateway.js`, folder).pathname;
  const child = spawn(process.execPath, [...quiet, "--expose-gc", "--import", probe, script], {
    env: { ...process.env, UPSTREAM: `http://127.0.0.1:${upstream}`, PORT: "0", SERVER_SETTINGS: JSON.stringify(server) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr!.on("data", (chunk) => (stderr += chunk));
  const states: ((state: State) => void)[] = [];
  child.on("message", (message: { reported: string[] } | State) => {
    if ("reported" in message) onReported?.(message.reported);
    else states.shift()?.(message);
  });
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  return {
    name,
    port: Number(/:(\d+)$/.exec(line)![1]),
    stderr: () => stderr,
    ended: () => (child.exitCode === null && child.signalCode === null ? undefined : `${child.exitCode ?? child.signalCode}`),
    state: () =>
      new Promise((resolve, reject) => {
        states.push(resolve);
        child.send("state", (error) => error && reject(error));
      }),
    stop: () => void child.kill(),
  };
}

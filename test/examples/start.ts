// An example as a user runs it: a process of its own, pointed at an upstream by its environment.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
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

interface Example {
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

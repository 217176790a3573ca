// Time limits of tests. A busy machine must not break a test, so that a limit is one of these, and no number of milliseconds beside them.
import { availableParallelism, loadavg } from "node:os";
import { expect, vi } from "vitest";

/** Milliseconds after which a test gives up on an event. Only a failing test waits so long. */
export const patience = 15_000;

/** Scales the milliseconds of a limit that has to run out, and before which something else has to happen. */
export function scaled(ms: number): number {
  const busy = Math.max(1, delayed, loadavg()[0]! / availableParallelism());
  return Math.round(ms * Math.min(mostSlow, busy * slow));
}

/** Repeats a check until it passes. */
export function eventually<T>(check: () => T | Promise<T>, interval = 10): Promise<T> {
  return vi.waitFor(check, { timeout: patience, interval });
}

/** Waits while a timer of `count` seconds runs as the checks of a server do: one that is late is late for both, in the same order. */
export async function secondsOfChecks(count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      resolve();
    }, 1000);
  });
}

/**
 * Asserts that an act costs less than `most` milliseconds of processor time. Other processes do not count, other threads of this one do. Where it
 * costs more, the limit grows with the cost of a known piece of work: processes that share a core or a cache make both slower.
 */
export async function expectWork(act: () => unknown, most: number): Promise<void> {
  const took = await processorTime(act);
  if (took < most) return;
  const known = await processorTime(() => parseKnownText(20));
  expect(took).toBeLessThan(most * Math.max(1, known / (20 * knownMilliseconds)));
}

async function processorTime(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const knownText = `[${'{"a":"b"},'.repeat(10_000)}0]`;

/** What it costs to parse that text once on the machine on which the limits were chosen. */
const knownMilliseconds = 1.25;

function parseKnownText(times: number): void {
  for (let round = 0; round < times; round++) JSON.parse(knownText);
}

/** The factor at most, so that no scaled limit comes near to a test's own. */
const mostSlow = 8;

/** How many times longer this process waits than on an idle machine, measured when it starts. The load average is late. */
const delayed = (() => {
  const [began, before] = [performance.now(), process.cpuUsage()];
  while (performance.now() - began < 10);
  const { user, system } = process.cpuUsage(before);
  return (performance.now() - began) / Math.max(1, (user + system) / 1000);
})();

/** How many times more processor time a known piece of work takes than on the machine on which the limits were chosen. */
const slow = Math.max(1, (await processorTime(() => parseKnownText(4))) / (4 * knownMilliseconds));

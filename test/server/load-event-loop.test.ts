// maxEventLoopDelay: while the event loop is late, requests are refused.
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { guardServer } from "@fg-errors/core/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { measureEventLoopDelay } from "../../packages/core/src/server/event-loop-delay.js";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

/** Keeps the event loop from turning, then lets it turn once. */
async function stall(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  await wait(1);
}

const ask = async (port: number) => parseAnswer(await exchange(port, request("GET /")));

it("refuses after stalls in a row, and stops soon", async () => {
  const app = vi.fn((_request: object, response: { end(text: string): void }) => response.end("done"));
  const onError = vi.fn();
  const server = guardServer(createServer(app), { maxEventLoopDelay: 100, onError });
  await withServer(server, async (port) => {
    const got = [await ask(port)];
    // Where others keep the machine busy, the request itself may come so late that the delay is small again.
    while (got.length < 20 && got.at(-1)!.status === 200) {
      for (const _stall of [1, 2, 3, 4, 5]) await stall(350);
      got.push(await ask(port));
    }
    const refused = got.pop()!;
    expect(assertContract(refused)).toMatchObject({ status: 503 });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(app).toHaveBeenCalledTimes(got.length);
    await eventually(async () => expect(await ask(port)).toMatchObject({ status: 200 }), 50);
  });
  const { message } = (onError.mock.calls[0] as [{ cause: Error }])[0].cause;
  expect(message).toMatch(/^The event loop is 1\d\d ms late: /);
});

const timers = vi.spyOn(globalThis, "setInterval");
const stopped = vi.spyOn(globalThis, "clearInterval");
beforeEach(() => [timers, stopped].forEach((spy) => spy.mockClear()));
afterEach(() => [timers, stopped].forEach((spy) => spy.mockClear()));

/** Those that a guard has started; node:http has one of its own. */
const ours = () =>
  timers.mock.results.flatMap(({ value }, at) => (timers.mock.calls[at]![1] === 100 ? [value as NodeJS.Timeout] : []));

it("does not mind a single stall, however long", () => {
  const now = vi.spyOn(performance, "now").mockReturnValue(0);
  const delay = measureEventLoopDelay(createServer(), 100);
  const [sample, interval] = timers.mock.calls.at(-1)! as [() => void, number];
  const delays = [interval, 2 * interval + 60_000, 3 * interval + 60_000, 4 * interval + 90_000, 5 * interval + 90_060].map(
    (time) => {
      now.mockReturnValue(time);
      sample();
      return Math.round(delay());
    },
  );
  now.mockRestore();
  expect(delays).toEqual([0, 67, 44, 96, 84]); // a stall counts for 200 ms at most, and each sample for a third
  expect(Math.max(...delays)).toBeLessThan(100);
});

it("measures nothing unless asked to", async () => {
  await withServer(guardServer(createServer(), { maxInFlight: 1 }), async () => {});
  expect(ours()).toEqual([]);
});

it("keeps no process alive, stops with the server, and starts again with it", async () => {
  const server = guardServer(createServer(), { maxEventLoopDelay: 100 });
  for (const _round of [1, 2]) {
    await withServer(server, async () => {
      const running = ours().filter((timer) => !stopped.mock.calls.some(([other]) => other === timer));
      expect(running.map((timer) => timer.hasRef())).toEqual([false]);
    });
    await eventually(() => expect(ours().every((timer) => stopped.mock.calls.some(([other]) => other === timer))).toBe(true));
  }
});

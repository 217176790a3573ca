import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import net, { type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import Bottleneck from "bottleneck";
import * as cockatiel from "cockatiel";
import genericPool from "generic-pool";
import CircuitBreaker from "opossum";
import pTimeout from "p-timeout";
import { firstValueFrom, NEVER, timeout } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scaled } from "../patience.js";
import { failure, outcome, refusal } from "./outcome.js";

/** Never settles; each test's own limit does. */
const forever = () => new Promise<never>(() => {});
const soon = scaled(20);

const late = [504, "http_response_timeout", undefined];
const open = [503, "destination_unavailable", undefined];
const full = [503, "connection_limit_reached", undefined];
const abandoned = [503, undefined, undefined];
const gone = [408, undefined, 499];
const unknown = [500, undefined, undefined];

/** An upstream that accepts and says nothing. */
const silent = net.createServer((socket) => socket.on("error", () => {}));
let url = "";
beforeAll(async () => {
  await once(silent.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/?token=s3cr3t`;
});
afterAll(() => silent.close());

/** Whatever takes a signal, with what it then rejects with: the reason itself, or an AbortError around it. */
const abortables: [string, (signal: AbortSignal) => Promise<unknown>][] = [
  ["fetch", (signal) => fetch(url, { signal })],
  ["http.get", (signal) => once(http.get(url, { signal }), "response")],
  ["events.once", (signal) => once(new EventEmitter(), "s3cr3t", { signal })],
  ["timers/promises", (signal) => wait(9000, "s3cr3t", { signal })],
  ...(process.version < "v20.20" ? [] : [piped()]), // earlier ones lose the reason
  ["readFile", (signal) => readFile("/dev/null", { signal })],
  [
    "throwIfAborted",
    async (signal) => (await new Promise((resolve) => signal.addEventListener("abort", resolve)), signal.throwIfAborted()),
  ],
  ["p-timeout", (signal) => pTimeout(forever(), { milliseconds: 9000, signal })],
];

function piped(): (typeof abortables)[number] {
  return ["pipeline", (signal) => pipeline(new PassThrough(), new PassThrough(), { signal })];
}

describe.each(abortables)("%s", (what, run) => {
  const aborted = (reason?: unknown) => {
    const controller = new AbortController();
    const error = failure(() => run(controller.signal));
    controller.abort(reason);
    return error;
  };

  it("is late after a deadline", async () => {
    if (what === "readFile") return; // sooner done than any deadline
    const error = await failure(() => run(AbortSignal.timeout(soon)));
    expect(outcome(error)).toEqual(late);
    expect(outcome(error, { clientGone: true })).toEqual(isReason(error) ? late : gone);
    expect(outcome(error, { origin: "datastore" })).toEqual([504, undefined, undefined]);
  });

  it("is late when the reason was a TimeoutError", async () => {
    expect(outcome(await aborted(new DOMException("s3cr3t", "TimeoutError")))).toEqual(late);
  });

  it("was given up when it was aborted without a reason", async () => {
    const error = await aborted();
    expect(outcome(error)).toEqual(abandoned);
    expect(outcome(error, { clientGone: true })).toEqual(gone);
    expect(outcome(error, { origin: "inbound" })).toEqual(gone);
  });

  it("has the meaning of its reason", async () => {
    expect(outcome(await aborted(await refusal()))).toEqual([502, "connection_refused", undefined]);
  });

  it("was given up for a reason that means nothing to us, unless only that reason is left", async () => {
    const [error, text] = [await aborted(new Error("s3cr3t")), await aborted("s3cr3t")];
    expect(outcome(error)).toEqual(isReason(error) || what === "p-timeout" ? unknown : abandoned);
    expect(outcome(text)).toEqual(typeof text === "string" ? unknown : abandoned);
    expect(outcome(await aborted(null))).toEqual(["fetch", "throwIfAborted"].includes(what) ? unknown : abandoned);
  });

  /** The signal's reason, thrown as it is. */
  const isReason = (error: unknown) => error === "s3cr3t" || (error as Error).name !== "AbortError";
});

describe("deadlines", () => {
  it.each([
    ["p-timeout", () => pTimeout(forever(), { milliseconds: soon })],
    ["p-timeout, message", () => pTimeout(forever(), { milliseconds: soon, message: "s3cr3t" })],
    ["rxjs", () => firstValueFrom(NEVER.pipe(timeout(soon)))],
    ["cockatiel, aggressive", () => cockatiel.timeout(soon, cockatiel.TimeoutStrategy.Aggressive).execute(forever)],
    ["opossum", () => new CircuitBreaker(forever, { timeout: soon }).fire()],
    ["bottleneck", () => new Bottleneck().schedule({ expiration: soon, id: "s3cr3t" }, forever)],
  ])("%s", async (_what, run) => {
    expect(outcome(await failure(run))).toEqual(late);
  });

  it("of a request's own content is the client's", async () => {
    expect(outcome(await failure(() => pTimeout(forever(), { milliseconds: soon })), { origin: "inbound" })).toEqual([
      408,
      undefined,
      undefined,
    ]);
  });
});

describe("opossum", () => {
  const failing = async () => {
    throw new Error("s3cr3t");
  };

  it("open", async () => {
    const breaker = new CircuitBreaker(failing, { volumeThreshold: 1 });
    expect(outcome(await failure(() => breaker.fire()))).toEqual(unknown);
    expect(outcome(await failure(() => breaker.fire()))).toEqual(open);
    breaker.shutdown();
  });

  it("full", async () => {
    const breaker = new CircuitBreaker(() => wait(soon), { capacity: 1 });
    const first = breaker.fire();
    expect(outcome(await failure(() => breaker.fire()))).toEqual(full);
    await first;
    breaker.shutdown();
  });

  it("shut down", async () => {
    const breaker = new CircuitBreaker(failing);
    breaker.shutdown();
    expect(outcome(await failure(() => breaker.fire()))).toEqual(abandoned);
  });
});

describe("cockatiel", () => {
  const breaker = () =>
    cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter: 9000, breaker: new cockatiel.ConsecutiveBreaker(1) });
  const failing = () => {
    throw new Error("s3cr3t");
  };

  it("open", async () => {
    const policy = breaker();
    expect(outcome(await failure(() => policy.execute(failing)))).toEqual(unknown);
    expect(outcome(await failure(() => policy.execute(failing)))).toEqual(open);
  });

  it("isolated", async () => {
    const policy = breaker();
    policy.isolate();
    expect(outcome(await failure(() => policy.execute(failing)))).toEqual(open);
  });

  it("open since before a restart", async () => {
    const options = { halfOpenAfter: 9000, breaker: new cockatiel.ConsecutiveBreaker(1) };
    const policy = cockatiel.circuitBreaker(cockatiel.handleAll, options);
    await failure(() => policy.execute(failing));
    const restored = cockatiel.circuitBreaker(cockatiel.handleAll, { ...options, initialState: policy.toJSON() });
    expect(outcome(await failure(() => restored.execute(failing)))).toEqual(open);
  });

  it("full", async () => {
    const policy = cockatiel.bulkhead(1);
    const first = policy.execute(() => wait(soon));
    expect(outcome(await failure(() => policy.execute(failing)))).toEqual(full);
    await first;
  });

  it("cancelled", async () => {
    const error = await failure(() => cockatiel.bulkhead(1).execute(failing, AbortSignal.abort()));
    expect(outcome(error)).toEqual(abandoned);
    expect(outcome(error, { clientGone: true })).toEqual(gone);
  });

  it("blames a cancelled parent on the client who left", async () => {
    const policy = cockatiel.timeout(9000, cockatiel.TimeoutStrategy.Aggressive);
    const error = await failure(() => policy.execute(forever, AbortSignal.timeout(soon)));
    expect(outcome(error, { clientGone: true })).toEqual(gone);
  });

  it("lets the task's own errors through its retries", async () => {
    const policy = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 1, backoff: new cockatiel.ConstantBackoff(1) });
    const refused = await refusal();
    expect(outcome(await failure(() => policy.execute(() => Promise.reject(refused))))).toEqual([
      502,
      "connection_refused",
      undefined,
    ]);
  });
});

describe("bottleneck", () => {
  it("dropped", async () => {
    const limiter = new Bottleneck({ maxConcurrent: 1, highWater: 0, strategy: Bottleneck.strategy.OVERFLOW });
    const first = limiter.schedule(() => wait(soon));
    expect(outcome(await failure(() => limiter.schedule({ id: "s3cr3t" }, forever)))).toEqual(full);
    await first;
  });

  it("stopped", async () => {
    const limiter = new Bottleneck();
    await limiter.stop({ enqueueErrorMessage: "s3cr3t" });
    expect(outcome(await failure(() => limiter.schedule(forever)))).toEqual(full);
  });

  it("asked for what can never be", async () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    expect(outcome(await failure(() => limiter.schedule({ weight: 2 }, forever)))).toEqual(unknown);
    const same = { id: "s3cr3t" };
    const first = limiter.schedule(same, () => wait(soon));
    expect(outcome(await failure(() => limiter.schedule(same, forever)))).toEqual(unknown);
    await first;
    await limiter.stop();
    expect(outcome(await failure(() => limiter.stop()))).toEqual(unknown);
  });
});

describe("pools", () => {
  const made = { create: async () => ({}), destroy: async () => {} };

  it("generic-pool, nothing free in time", async () => {
    const pool = genericPool.createPool(made, { max: 1, acquireTimeoutMillis: soon });
    await pool.acquire();
    expect(outcome(await failure(() => pool.acquire()))).toEqual(full);
  });

  it("generic-pool, too many waiting", async () => {
    const pool = genericPool.createPool(made, { max: 1, maxWaitingClients: 0 });
    await pool.acquire();
    expect(outcome(await failure(() => pool.acquire()))).toEqual(full);
  });

  it("generic-pool, draining", async () => {
    const pool = genericPool.createPool(made);
    await pool.drain();
    expect(outcome(await failure(() => pool.acquire()))).toEqual(abandoned);
  });

  it("tarn, which knex brings along", async () => {
    const { Pool } = createRequire(createRequire(import.meta.url).resolve("knex"))("tarn");
    const pool = new Pool({ ...made, destroy: () => {}, min: 0, max: 1, acquireTimeoutMillis: soon });
    const taken = await pool.acquire().promise;
    expect(outcome(await failure(() => pool.acquire().promise))).toEqual(full);
    pool.release(taken);
    await pool.destroy();
  });
});

// retryDelay(): whether a request may be sent again, and when.
import { readProblem, retryDelay, type Problem } from "@fg-errors/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withServer } from "../wire.js";
import { bare, createProblemGateway, stockProblem, table } from "./problem-gateway.js";

const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "get", "Delete"];
const others = ["POST", "PATCH", "CONNECT", "REPORT", "GETS", ""];

beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

const problemOf = (status: number, members: Partial<Problem> = {}): Problem => ({ ...bare(status), ...members });

/** Lists the methods of requests that may be sent again. */
const repeated = (problem: Problem, problems?: typeof table) =>
  [...idempotent, ...others].filter((method) => retryDelay(problem, { method, ...(problems && { problems }) }) !== undefined);

const all = [...idempotent, ...others];

describe("by the status", () => {
  it.each([
    [408, idempotent, idempotent],
    [429, idempotent, idempotent],
    [502, idempotent, idempotent],
    [503, all, idempotent],
    [504, idempotent, idempotent],
    [400, [], []],
    [401, [], []],
    [404, [], []],
    [409, [], []],
    [500, [], []],
    [501, [], []],
  ])("%i", (status, byContract, byOthers) => {
    expect(repeated(problemOf(status, { code: `FSS.0${status}` }))).toEqual(byContract);
    expect(repeated(problemOf(status))).toEqual(byOthers);
  });

  it("503 with Retry-After, whoever wrote it", () => {
    expect(repeated(problemOf(503, { retryAfter: 0 }))).toEqual(all);
  });
});

describe("by the row", () => {
  const problems = {
    ...table,
    again: { code: "SHOP.AGAIN", status: 500, retry: "always" },
    once: { code: "SHOP.ONCE", status: 503, retry: "never" },
    same: { code: "SHOP.SAME", status: 409, retry: "idempotent" },
  } as const;

  it.each([
    ["SHOP.AGAIN", 500, all],
    ["SHOP.ONCE", 503, []],
    ["SHOP.SAME", 409, idempotent],
    ["SHOP.UNKNOWN", 503, all],
    ["constructor", 409, []],
  ])("%s", (code, status, expected) => {
    expect(repeated(problemOf(status, { code, retryAfter: 1000 }), problems)).toEqual(expected);
  });
});

describe("the delay", () => {
  it("is random, and doubled by each attempt, up to 30 s", () => {
    const problem = problemOf(503, { code: "FSS.0503" });
    const delays = [undefined, 1, 2, 3, 6, 7, 100, 5000].map((attempt) => retryDelay(problem, attempt ? { attempt } : {}));
    expect(delays).toEqual([250, 250, 500, 1000, 8000, 15_000, 15_000, 15_000]);
    expect(retryDelay(problem)).toBe(250);
    vi.mocked(Math.random).mockReturnValue(0);
    expect(retryDelay(problem, { attempt: 3 })).toBe(0);
  });

  it.each([0, 7, 60_000, 2_147_483_647])("is Retry-After as it came: %i", (retryAfter) => {
    expect(retryDelay(problemOf(503, { retryAfter }), { method: "POST", attempt: 9 })).toBe(retryAfter);
  });

  it("is that of a gateway's problems", async () => {
    await withServer(createProblemGateway(), async (port) => {
      const read = async (path: string) => (await readProblem(await fetch(`http://127.0.0.1:${port}${path}`)))!;
      const request = { method: "POST", problems: table };
      expect(retryDelay(await read("/checkout"), request)).toBe(60_000);
      expect(retryDelay(await read("/stock"), request)).toBeUndefined();
      expect(retryDelay(await read("/nothing"), request)).toBeUndefined();
    });
  });
});

it("the table fits the problem that it is for", () => {
  expect(retryDelay(stockProblem, { problems: table })).toBeUndefined();
});

// What a user may change, and what cannot be set up wrongly.
import { createResponder, functionGraph, normalizeError, problem, type Facts } from "@fg-errors/core";
import createError from "http-errors";
import { describe, expect, it, vi } from "vitest";

const facts: Facts = { headers: {}, method: "GET", url: "/" };
const bodyOf = (thrown: unknown, options: Parameters<typeof createResponder>[0]) =>
  JSON.parse(createResponder(options)(thrown, facts).body) as Record<string, unknown>;

describe("a map that changes the status", () => {
  it("leaves the thrower's own words and code alone", () => {
    const thrown = problem(404, "No such order", { code: "SHOP.0017" });
    expect(bodyOf(thrown, { map: () => ({ status: 409 }) })).toMatchObject({
      status: 409,
      title: "Conflict",
      detail: "No such order",
      error_code: "SHOP.0017",
    });
  });

  it("lets the contract's own follow, and remembers a folded status", () => {
    const onError = vi.fn();
    expect(bodyOf(problem(404), { map: () => ({ status: 429 }), onError })).toMatchObject({
      status: 503,
      detail: functionGraph.statuses[503]!.description,
      error_code: "FSS.0503",
    });
    expect(onError.mock.calls[0]![0]).toMatchObject({ receivedStatus: 429 });
  });
});

describe("a contract that is not valid", () => {
  const { statuses } = functionGraph;
  it.each([
    ["folds to a success", { ...functionGraph, folds: { 402: { to: 200, why: "x" } } }],
    ["folds to what it does not document", { ...functionGraph, upstreamFolds: { 407: { to: 418, why: "x" } } }],
    ["lacks a title", { ...functionGraph, statuses: { ...statuses, 400: { description: "x" } } }],
    ["lacks a 500", { ...functionGraph, statuses: { 400: statuses[400] } }],
    ["is null", null],
  ])("is refused: it %s", (_what, contract) => {
    expect(() => createResponder({ contract: contract as never })).toThrow(/option "contract" takes/);
  });
});

it.each([
  [[]],
  [
    (function* () {
      yield 404;
    })(),
  ],
])("options such as %s are refused", (odd) => {
  expect(() => createResponder(Array.isArray(odd) ? (odd as never) : { relayStatuses: odd as never })).toThrow(TypeError);
});

it("reports once although the routed methods cannot be read", () => {
  const onError = vi.fn();
  const allow = () => {
    throw new Error("x");
  };
  expect(createResponder({ onError })(createError(405), { ...facts, allow }).headers["allow"]).toBe("");
  expect(onError).toHaveBeenCalledOnce();
});

describe("normalizeError()", () => {
  it.each([null, { contract: null }, { contract: {} }, { relayStatuses: 7 }])(
    "does not throw for options such as %j",
    (options) => {
      expect(normalizeError(new Error("x"), options as never).status).toBe(500);
    },
  );
});

describe("a ProblemError whose message is none", () => {
  it.each([[{ toString: "x" }], [null], [7], [Symbol("x")]])("%s", (message) => {
    const limit = Error.stackTraceLimit;
    expect(normalizeError(problem(400, message as never))).toMatchObject({
      status: 400,
      detail: functionGraph.statuses[400]!.description,
    });
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it("does not need to be able to set Error.stackTraceLimit", () => {
    const limit = Error.stackTraceLimit;
    Object.defineProperty(Error, "stackTraceLimit", { writable: false });
    try {
      expect(problem(404, "x")).toMatchObject({ status: 404 });
    } finally {
      Object.defineProperty(Error, "stackTraceLimit", { writable: true, value: limit });
    }
  });
});

it("a ProblemError whose cause cannot be read costs no other error its stack", () => {
  const limit = Error.stackTraceLimit;
  const options = {
    get cause(): unknown {
      throw new Error("x");
    },
  };
  expect(() => problem(404, "x", options)).toThrow("x");
  expect(Error.stackTraceLimit).toBe(limit);
});

it.each([
  ["one that fits", "x".repeat(1000), "x".repeat(1000)],
  ["a longer one", "x".repeat(1001), `${"x".repeat(999)}…`],
  ["one that shrinks when its control characters go", `${"\n".repeat(100)}${"x".repeat(2000)}`, `${"x".repeat(901)}…`],
  ["that would turn the line around", "a\u202egnp.exe", "a gnp.exe"],
  ["one with nothing behind it", `No such order${" ".repeat(2000)}`, "No such order"],
])("shows of a text %s", (_what, message, shown) => {
  expect(bodyOf(problem(404, message), {})["detail"]).toBe(shown);
});

import { defineContract, functionGraph, normalizeError, type DomainError } from "@fg-errors/core";
import { scope, type } from "arktype";
import { AxiosError } from "axios";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { OutOfStockError, shop, SoldOutError } from "./shop.js";

const normalize = (thrown: unknown) => normalizeError(thrown, { contract: shop });
const coded = (code: string) => Object.assign(new Error("s3cr3t"), { code });

afterEach(() => void vi.restoreAllMocks());

describe("an error that a row names in `from`", () => {
  it("of a class becomes the row, with the members that the row names and nothing else", () => {
    const thrown = new OutOfStockError("A-1", 2);
    const { cause, ...found } = normalize(thrown);
    expect(found).toMatchObject({
      status: 409,
      code: "SHOP.1001",
      title: "Out of stock",
      detail: "Only 2 of A-1 are left.",
      extensions: { sku: "A-1", left: 2 },
    });
    expect(cause).toBe(thrown);
    expect(JSON.stringify(found)).not.toMatch(/s3cr3t|warehouse 7/);
  });

  it("is found along the prototype chain", () => {
    expect(normalize(new SoldOutError("A-1", 0)).code).toBe("SHOP.1001");
  });

  it("of a nearer class means that class's row", () => {
    const row = (from: DomainError) => ({ status: 404, title: "t", detail: "d", from });
    const contract = defineContract(functionGraph, {
      service: "S",
      types: "urn:example:s:",
      problems: { far: row(OutOfStockError), near: row(SoldOutError), any: row(Error) },
    });
    const codeOf = (thrown: unknown) => normalizeError(thrown, { contract }).code;
    expect([new OutOfStockError("A", 1), new SoldOutError("A", 1), new Error("x")].map(codeOf)).toEqual([
      "S.FAR",
      "S.NEAR",
      "S.ANY",
    ]);
  });

  it.each([
    ["a name", Object.assign(new Error("s3cr3t"), { name: "PaymentError" })],
    ["the name of its class", new (class PaymentError extends Error {})("s3cr3t")],
    ["a code", coded("card_declined")],
    ["a predicate", Object.assign(new Error("s3cr3t"), { refused: true })],
    ["a plain object with that code", { code: "card_declined" }],
  ])("is found by %s", (_name, thrown) => {
    expect(normalize(thrown)).toMatchObject({ status: 403, code: "SHOP.1002", detail: "The payment was refused." });
  });

  it("has the members of the row's schema, read by name", () => {
    const thrown = Object.assign(new Error("s3cr3t"), { name: "PlanLimitError", used: "5", plan: "free", password: "s3cr3t" });
    expect(normalize(thrown).extensions).toEqual({ used: 5, plan: "free" });
  });

  it.each([
    ["zod", z.object({ used: z.number(), note: z.string().exactOptional() })],
    ["arktype", type({ used: "number", "note?": "string" })],
    ["a recursive schema", scope({ step: { used: "number", "note?": "step" } }).export().step],
  ])("may lack an optional member: %s", (_name, members) => {
    const contract = defineContract(functionGraph, {
      service: "S",
      types: "urn:example:s:",
      problems: { limit: { status: 403, title: "t", detail: "Limit of {plan}.", members, from: "LimitError" } },
    });
    const thrown = Object.assign(new Error("s3cr3t"), { name: "LimitError", plan: "free", used: 5 });
    expect(normalizeError(thrown, { contract })).toMatchObject({
      detail: "Limit of free.",
      extensions: { plan: "free", used: 5 },
    });
  });

  it("is that before the families know its code", () => {
    const contract = defineContract(functionGraph, {
      service: "S",
      types: "urn:example:s:",
      problems: { gone: { status: 404, title: "t", detail: "d", from: "P2025" } },
    });
    expect(normalizeError(coded("P2025"), { contract }).code).toBe("S.GONE");
  });

  it("is not that when an HTTP client threw it: an upstream chooses its code", () => {
    const thrown = Object.assign(new AxiosError("x", "card_declined"), { response: { status: 401, headers: {} } });
    expect(normalize(thrown)).toMatchObject({ status: 502, code: "SHOP.0502" });
  });

  it("is found within a wrapper only where the failure is ours", () => {
    expect(normalize(new Error("x", { cause: new OutOfStockError("A-1", 2) }))).toMatchObject({ status: 500, code: "SHOP.0500" });
  });
});

describe("an error that does not fit its row", () => {
  it("keeps the row; what is missing is left out, with one warning", () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    for (const left of [undefined, "2", Number.NaN, { toString: () => "s3cr3t" }]) {
      const found = normalize(new OutOfStockError("A-1", left as never));
      expect(found).toMatchObject({ status: 409, code: "SHOP.1001", title: "Out of stock", extensions: { sku: "A-1" } });
      expect(found.detail).toBe("The request conflicts with the current state.");
    }
    expect(stderr.mock.calls.map(([line]) => line)).toEqual([
      'fg-errors: SHOP.1001: an error that means it has no valid member "left" (FG_ERRORS_MISSING_MEMBER, https://fg-errors.github.io/troubleshooting.html#fg_errors_missing_member)\n',
    ]);
  });

  it("may have a number where the text takes a string", () => {
    expect(normalize(new OutOfStockError(17 as never, 2)).extensions).toEqual({ sku: "17", left: 2 });
  });

  it("may throw at every question", () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const hostile = Object.defineProperty(new OutOfStockError("A-1", 2), "left", {
      get() {
        throw new Error("s3cr3t");
      },
    });
    expect(normalize(hostile)).toMatchObject({ status: 409, extensions: { sku: "A-1" } });
    const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
    expect(normalize(endless).status).toBe(500);
  });

  it("a predicate that throws, or answers with anything but true, matches nothing", () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const predicates = [
      () => {
        throw new Error("x");
      },
      () => 1 as never,
      (() => Promise.resolve(true)) as never,
    ];
    const contract = defineContract(functionGraph, {
      service: "S",
      types: "urn:example:s:",
      problems: { a: { status: 404, title: "t", detail: "d", from: predicates } },
    });
    for (let i = 0; i < 2; i++) expect(normalizeError(new Error("x"), { contract })).toMatchObject({ status: 500 });
    expect(stderr).toHaveBeenCalledTimes(2); // one for each of those that failed
  });
});

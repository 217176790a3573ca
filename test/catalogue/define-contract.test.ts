import { defineContract, extendContract, functionGraph, normalizeError, ProblemError, type Contract } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { shop } from "./shop.js";

describe("a row", () => {
  it("makes an error whose members come from the placeholders of its text", () => {
    const error = shop.problems.outOfStock({ sku: "A-1", left: 2 });
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 409, message: "Only 2 of A-1 are left.", code: "SHOP.1001", expose: true });
    expect(normalizeError(error, { contract: shop })).toMatchObject({
      status: 409,
      type: "https://errors.example.com/shop/out-of-stock",
      title: "Out of stock",
      detail: "Only 2 of A-1 are left.",
      code: "SHOP.1001",
      extensions: { sku: "A-1", left: 2 },
    });
  });

  it("has defaults: a code and a type of its key, and a word on retries by its status", () => {
    const { problems } = defineContract(functionGraph, {
      service: "AB1",
      types: "tag:ab.example,2026:",
      problems: {
        URLTooLong: { status: 400, title: "t", detail: "d" },
        http2_failed: { status: 502, title: "t", detail: "d" },
        closed: { status: 503, title: "t", detail: "d" },
        late: { status: 504, title: "t", detail: "d" },
        slow: { status: 408, title: "t", detail: "d", retry: "never" },
        slower: { status: 408, title: "t", detail: "d" },
      },
    });
    expect(Object.values(problems).map(({ key, code, type, retry }) => [key, code, type, retry])).toEqual([
      ["URLTooLong", "AB1.URL_TOO_LONG", "tag:ab.example,2026:url-too-long", "never"],
      ["http2_failed", "AB1.HTTP2_FAILED", "tag:ab.example,2026:http2-failed", "idempotent"],
      ["closed", "AB1.CLOSED", "tag:ab.example,2026:closed", "always"],
      ["late", "AB1.LATE", "tag:ab.example,2026:late", "idempotent"],
      ["slow", "AB1.SLOW", "tag:ab.example,2026:slow", "never"],
      ["slower", "AB1.SLOWER", "tag:ab.example,2026:slower", "idempotent"],
    ]);
  });

  it("sends Retry-After and the header fields of its row; those of one error take precedence", () => {
    const headersOf = (error: unknown) => normalizeError(error).headers;
    const until = new Date("2026-12-01T00:00:00Z");
    expect(headersOf(shop.problems.checkoutClosed({ until }))).toEqual({ "retry-after": "60", "x-shop": "closed" });
    expect(headersOf(shop.problems.checkoutClosed({ until }, { retryAfter: 5, headers: { "X-More": "1" } }))).toEqual({
      "retry-after": "5",
      "x-shop": "closed",
      "x-more": "1",
    });
  });

  it("writes a date as ISO 8601, in the text and as a member", () => {
    const error = shop.problems.checkoutClosed({ until: new Date("2026-12-01T00:00:00Z") });
    expect(error.message).toBe("The checkout is closed until 2026-12-01T00:00:00.000Z.");
    expect(error.extensions).toEqual({ until: "2026-12-01T00:00:00.000Z" });
    expect(shop.problems.checkoutClosed({ until: "2026-12-01" }).extensions).toEqual({ until: "2026-12-01T00:00:00.000Z" });
  });

  it("may be routine: then it has no stack, and no operator needs a report", () => {
    expect(normalizeError(shop.problems.checkoutClosed({ until: "2026-12-01" })).routine).toBe(true);
    expect(shop.problems.checkoutClosed({ until: "2026-12-01" }).stack).not.toContain("\n    at ");
  });

  it("carries a cause, invalid fields and a stack where they are asked for", () => {
    const cause = new Error("s3cr3t");
    const error = shop.problems.paymentRefused({}, { cause, errors: [{ pointer: "#/card", detail: "Expired." }], stack: true });
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain("\n    at ");
    expect(normalizeError(error).errors).toEqual([{ pointer: "#/card", detail: "Expired." }]);
  });

  it("takes further members by a Standard Schema, which may change them", () => {
    const error = shop.problems.limited({ used: "5", plan: "free" });
    expect(error.extensions).toEqual({ used: 5, plan: "free" });
    expect(() => shop.problems.limited({ used: "x", plan: "free" })).toThrow(
      new TypeError("SHOP.LIMITED: the member used is not valid: Invalid input: expected number, received NaN"),
    );
    // @ts-expect-error a member of the schema is missing
    expect(() => shop.problems.limited({ plan: "free" })).toThrow(/^SHOP\.LIMITED: the member used is not valid/);
  });

  it("narrows errors and problems", () => {
    const thrown: unknown = shop.problems.outOfStock({ sku: "A-1", left: 2 });
    if (!shop.problems.outOfStock.is(thrown)) throw new Error("is not what it is");
    const left: number = thrown.extensions.left;
    expect(left).toBe(2);
    const found = normalizeError(thrown);
    expect(shop.problems.outOfStock.is(found) && found.extensions.sku).toBe("A-1");
    for (const other of [
      undefined,
      null,
      "x",
      new Error("x"),
      shop.problems.paymentRefused(),
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("x");
          },
        },
      ),
    ])
      expect(shop.problems.outOfStock.is(other)).toBe(false);
  });
});

describe("types", () => {
  it("a wrong, a missing or an unknown member does not compile, and throws in JavaScript", () => {
    // @ts-expect-error a member is missing
    expect(() => shop.problems.outOfStock({ sku: "A-1" })).toThrow(
      new TypeError("SHOP.1001: the member left takes a finite number"),
    );
    // @ts-expect-error a member has another type
    expect(() => shop.problems.outOfStock({ sku: "A-1", left: "2" })).toThrow(/left takes a finite number/);
    // @ts-expect-error the members are missing
    expect(() => shop.problems.outOfStock()).toThrow(/sku takes a string|left takes/);
    // @ts-expect-error null is no object of members
    expect(() => shop.problems.outOfStock(null)).toThrow(TypeError);
    expect(() => shop.problems.outOfStock({ sku: "A-1", left: Number.NaN })).toThrow(/left takes a finite number/);
    // @ts-expect-error another member
    expect(shop.problems.outOfStock({ sku: "A-1", left: 2, price: 3 }).extensions).toEqual({ sku: "A-1", left: 2 });
    // @ts-expect-error no such row
    expect(shop.problems.nothing).toBeUndefined();
    for (const until of ["soon", "2026-13-45", new Date(Number.NaN)])
      expect(() => shop.problems.checkoutClosed({ until })).toThrow(
        "SHOP.CHECKOUT_CLOSED: the member until takes a Date or an ISO 8601 text",
      );
  });
});

describe("a contract that has a catalogue", () => {
  it("is a contract: generic codes have its service, and its statuses are the base's", () => {
    const contract: Contract = shop;
    expect(normalizeError(new Error("x"), { contract })).toMatchObject({ status: 500, code: "SHOP.0500" });
    expect(normalizeError(new Error("x"), { contract, service: "OWN" }).code).toBe("OWN.0500");
    expect(shop.statuses).toEqual(functionGraph.statuses);
    expect(shop.name).toBe("shop");
  });

  it("extends another catalogue, and is extended by more statuses", () => {
    const extended = extendContract(shop, { 422: { title: "Unprocessable Content", description: "Not valid." } });
    expect(extended.problems.outOfStock({ sku: "A-1", left: 2 }).status).toBe(409);
    expect(extended).toMatchObject({ service: "SHOP", problems: shop.problems });
    const cart = defineContract(shop, {
      service: "CART",
      types: "urn:example:cart:",
      problems: { empty: { status: 409, title: "Empty cart", detail: "The cart is empty." } },
    });
    expect(cart.problems.empty().code).toBe("CART.EMPTY");
    expect(cart.problems.outOfStock({ sku: "A", left: 1 }).code).toBe("SHOP.1001");
  });
});

const valid = { status: 404, title: "Not here", detail: "It is not here." };
const define = (rows: object, more: object = {}) =>
  defineContract(functionGraph, {
    service: "SHOP",
    types: "https://e.example/",
    problems: rows as Record<string, typeof valid>,
    ...more,
  });

describe("a wrong definition throws", () => {
  it.each([
    [
      "an undocumented status",
      { a: { ...valid, status: 402 } },
      /^defineContract: a\.status is 402, which "functiongraph" does not document: it would leave as 403\. It takes 400, 401, .*extendContract\(\) adds others$/,
    ],
    ["a success", { a: { ...valid, status: 200 } }, "a.status takes an error status, 400 to 599"],
    ["no status", { a: { title: "x", detail: "x" } }, "a.status is missing"],
    ["no title", { a: { status: 404, detail: "x" } }, "a.title is missing"],
    [
      "a title that is no text",
      { a: { ...valid, title: 7 } },
      "a.title takes a text of at most 1000 characters, without control characters",
    ],
    ["a text with control characters", { a: { ...valid, detail: "a\u0007b" } }, "a.detail takes a text"],
    ["a code twice", { a: { ...valid, code: "A.1" }, b: { ...valid, code: "A.1" } }, "b.code is A.1, and so is that of a"],
    [
      "two keys that differ in case alone",
      { order: { ...valid, code: "A.1" }, Order: { ...valid, code: "A.2" } },
      "Order differs from order in case alone",
    ],
    ["two keys with one default code", { ab_c: valid, abC: valid }, "abC.code is SHOP.AB_C, and so is that of ab_c"],
    [
      "a code of the generic form",
      { a: { ...valid, code: "SHOP.0404" } },
      "a.code is SHOP.0404, which is the form of a status's generic code",
    ],
    ["a code with a blank", { a: { ...valid, code: "A 1" } }, "a.code takes 1 to 64 letters, digits and ._:-"],
    ["a key that makes no code", { ["a".repeat(70)]: valid }, "it takes 1 to 64 letters"],
    [
      "a placeholder that is a standard member",
      { a: { ...valid, detail: "{status} x" } },
      "a.detail has the placeholder {status}, which is a standard member of the body",
    ],
    ["a polluting placeholder", { a: { ...valid, detail: "{constructor} x" } }, "which is a standard member"],
    ["a lone brace", { a: { ...valid, detail: "a { x" } }, "a.detail has a brace that belongs to no placeholder"],
    [
      "nested braces",
      { a: { ...valid, detail: "{n, plural, other {x}}" } },
      "a.detail has a brace that belongs to no placeholder",
    ],
    [
      "an unknown kind",
      { a: { ...valid, detail: "{n, time}" } },
      "a.detail has the placeholder {n, time}; the kinds are {name}, {name, number} and {name, date}",
    ],
    ["a kind with a style", { a: { ...valid, detail: "{n, number, percent}" } }, "the kinds are"],
    ["an empty name", { a: { ...valid, detail: "{} x" } }, "a.detail has the placeholder {}; a name takes a letter"],
    ["a name that is no identifier", { a: { ...valid, detail: "{a-b} x" } }, "a.detail has the placeholder {a-b}"],
    [
      "one name with two kinds",
      { a: { ...valid, detail: "{n} {n, number}" } },
      "a.detail has the placeholder {n} with two kinds, string and number",
    ],
    ["an apostrophe that quotes in ICU", { a: { ...valid, detail: "'{n}' x" } }, "a.detail has an apostrophe before a brace"],
    [
      "a misspelt member",
      { a: { ...valid, titel: "x" } },
      /^defineContract: a\.titel is unknown; a row has status, title, detail, code/,
    ],
    ["an unknown retry", { a: { ...valid, retry: "yes" } }, 'a.retry takes "never", "idempotent" or "always"'],
    ["seconds that are none", { a: { ...valid, retryAfter: -1 } }, "a.retryAfter takes seconds, an integer from 0"],
    ["a type that is no URI", { a: { ...valid, type: "/x" } }, "a.type takes a constant URI with the scheme https, tag or urn"],
    ["a type that may be fetched in clear text", { a: { ...valid, type: "http://x.example/y" } }, "a.type takes a constant URI"],
    [
      "a header field that frames the message",
      { a: { ...valid, headers: { "Content-Length": 3 } } },
      "a.headers takes header fields that may be set",
    ],
    ["a header value that no client accepts", { a: { ...valid, headers: { X: "a\nb" } } }, "a.headers takes"],
    ["members without a schema", { a: { ...valid, members: {} } }, "a.members takes a Standard Schema"],
    [
      "an error of no kind",
      { a: { ...valid, from: [7] } },
      "a.from takes a class, a name or code, a predicate, or an array of them",
    ],
    [
      "an error that two rows claim",
      { a: { ...valid, from: "X" }, b: { ...valid, from: ["Y", "X"] } },
      'b.from has "X", which a.from has already',
    ],
    [
      "a class that two rows claim",
      { a: { ...valid, from: RangeError }, b: { ...valid, from: RangeError } },
      "b.from has RangeError, which a.from has already",
    ],
    ["a row that is no object", { a: null }, "a takes an object"],
    ["a key with a blank", { "a b": valid }, 'the key "a b" takes a letter, then letters, digits and "_"'],
    ["routine that is no boolean", { a: { ...valid, routine: 1 } }, "a.routine takes a boolean"],
  ])("%s", (_name, rows, message) => {
    expect(() => define(rows)).toThrow(message);
    expect(() => define(rows)).toThrow(TypeError);
  });

  it.each([
    ["service", { service: "shop" }, "service takes an upper-case letter"],
    ["types with a query", { types: "https://e.example/?x" }, "types takes a constant URI"],
    ["types in clear text", { types: "http://e.example/" }, "types takes a constant URI"],
    ["no types", { types: undefined }, "types takes a constant URI"],
    ["problems", { problems: [] }, "problems takes an object of rows"],
    ["name", { name: "" }, "name takes a text"],
    ["a misspelt member", { problem: {} }, 'there is no member "problem"; it takes service, types, problems, name'],
  ])("wrong %s", (_name, more, message) => {
    expect(() => define({ a: valid }, more)).toThrow(message);
  });

  it("a key that the base has already", () => {
    expect(() => defineContract(shop, { service: "X", types: "urn:example:x:", problems: { outOfStock: valid } })).toThrow(
      'defineContract: "shop" has a problem outOfStock already',
    );
  });

  it("a schema whose members cannot be listed, where they are read off an error", () => {
    const members = { "~standard": { validate: (value: unknown) => ({ value }) } };
    expect(() => define({ a: { ...valid, members, from: RangeError } })).toThrow(
      "a.members takes a schema that lists its members",
    );
    expect(() => define({ a: { ...valid, members } })).not.toThrow();
  });
});

describe("members of a schema", () => {
  it.each([
    ["waits", { validate: async (value: unknown) => ({ value }) }, "has to validate without waiting"],
    ["gives no object", { validate: () => ({ value: 7 }) }, "has to give an object"],
    ["gives a standard member", { validate: () => ({ value: { status: 7 } }) }, "status is a standard member of the body"],
  ])("a schema that %s is refused", (_name, standard, message) => {
    const { problems } = define({ a: { ...valid, members: { "~standard": standard } } });
    expect(() => problems.a!({})).toThrow(message);
  });

  it("come with the placeholders, which the schema does not see", () => {
    const { problems } = defineContract(functionGraph, {
      service: "S",
      types: "urn:example:s:",
      problems: { a: { status: 404, title: "t", detail: "{sku} x", members: z.strictObject({ more: z.number() }) } },
    });
    expect(problems.a({ sku: "1", more: 2 }).extensions).toEqual({ sku: "1", more: 2 });
  });
});

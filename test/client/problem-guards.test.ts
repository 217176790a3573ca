// createGuards(): a guard narrows by the code and checks the members at run time.
import { createGuards, readProblem, type Problem, type ProblemBody } from "@fg-errors/client";
import type { ProblemBody as CoreProblemBody } from "@fg-errors/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { withServer } from "../wire.js";
import { createProblemGateway, stockProblem, table } from "./problem-gateway.js";

const is = createGuards(table);

const stocked = (extensions: object, code = "SHOP.1001"): Problem => ({
  ...stockProblem,
  code,
  extensions: { ...extensions },
});

describe("a guard", () => {
  it("takes the gateway's problem of its row, and no other", async () => {
    await withServer(createProblemGateway(), async (port) => {
      for (const [path, key] of [
        ["/stock", "outOfStock"],
        ["/checkout", "checkoutClosed"],
        ["/order", undefined],
        ["/success", undefined],
      ] as const) {
        const problem = await readProblem(await fetch(`http://127.0.0.1:${port}${path}`));
        const keys = Object.entries(is).filter(([, guard]) => guard(problem));
        expect(keys.map(([name]) => name)).toEqual(key ? [key] : []);
      }
    });
  });

  it.each([
    [{ left: 2, sku: "A-1" }, true],
    [{ left: 2, sku: "A-1", more: [] }, true],
    [{ left: "2", sku: "A-1" }, false],
    [{ left: 2, sku: 1 }, false],
    [{ left: 2 }, false],
    [{ left: Number.NaN, sku: "A-1" }, false],
    [{ left: Infinity, sku: "A-1" }, false],
    [{ left: null, sku: "A-1" }, false],
    [{}, false],
  ])("checks the members: %o", (extensions, expected) => {
    expect(is.outOfStock(stocked(extensions))).toBe(expected);
  });

  it.each([
    ["2026-12-01", true],
    ["2026-12-01T08:00:00.000Z", true],
    ["2026-13-01", false],
    ["tomorrow", false],
    ["March 7", false],
    [1_796_083_200, false],
    [undefined, false],
  ])("checks a date: %s", (until, expected) => {
    expect(is.checkoutClosed(stocked({ until }, "SHOP.CHECKOUT_CLOSED"))).toBe(expected);
  });

  it("takes no member of a prototype, and nothing where there is no problem", () => {
    const odd = createGuards({
      odd: { code: "ODD", status: 409, retry: "never", members: { toString: "string", constructor: "number" } },
    });
    expect(odd.odd(stocked({}, "ODD"))).toBe(false);
    expect(is.outOfStock(undefined)).toBe(false);
    expect(is.outOfStock({ ...stockProblem, code: undefined })).toBe(false);
  });

  it("takes a row without members by its code alone", () => {
    const { closed } = createGuards({ closed: { code: "SHOP.9", status: 503, retry: "always" } });
    expect(closed(stocked({}, "SHOP.9"))).toBe(true);
  });
});

describe("the types", () => {
  it("are narrowed to the row", () => {
    const problem: Problem | undefined = stocked({ left: 2, sku: "A-1" });
    expect(is.outOfStock(problem)).toBe(true);
    if (is.outOfStock(problem)) {
      expectTypeOf(problem.code).toEqualTypeOf<"SHOP.1001">();
      expectTypeOf(problem.extensions.left).toEqualTypeOf<number>();
      expectTypeOf(problem.extensions.sku).toEqualTypeOf<string>();
      expectTypeOf(problem.extensions["other"]).toEqualTypeOf<unknown>();
    }
    if (is.checkoutClosed(problem)) expectTypeOf(problem.extensions.until).toEqualTypeOf<string>();
    // @ts-expect-error: there is no such row
    expect(is.outOfStok).toBeUndefined();
    // @ts-expect-error: there is no such kind
    createGuards({ odd: { code: "ODD", status: 409, retry: "never", members: { left: "integer" } } });
  });

  it("of the body are those of core", () => {
    expectTypeOf<ProblemBody>().toEqualTypeOf<CoreProblemBody>();
  });
});

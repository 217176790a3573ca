import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mergeOpenApi } from "@fg-errors/contract";
import { defineContract } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fgErrors, inFolder, orders30Text, ordersText, shopModule } from "./command.js";
import { shop } from "./shop.js";

interface Merged {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, { readonly $ref?: string }> }>>;
  readonly components: Record<string, Record<string, object>>;
}

const merged = (text: string) => parse(mergeOpenApi(text, shop)) as Merged;

describe("mergeOpenApi()", () => {
  it("gives every operation its problems and a default, and leaves the document's own responses alone", () => {
    const { paths } = merged(ordersText);
    const create = paths["/orders"]!["post"]!.responses;
    expect(Object.keys(create).toSorted()).toEqual(["201", "401", "403", "404", "409", "default"]);
    expect(create["404"]).toEqual(parse(ordersText).paths["/orders"].post.responses["404"]);
    expect(create["409"]).toEqual({ $ref: "#/components/responses/Problem409" });
    expect(Object.keys(paths["/orders/{id}"]!["get"]!.responses).toSorted()).toEqual(["200", "404", "503", "default"]);
  });

  it("adds the components that are referred to, and no other", () => {
    const { components } = merged(ordersText);
    expect(Object.keys(components["responses"]!).toSorted()).toEqual(
      ["Problem", "Problem401", "Problem403", "Problem404", "Problem409", "Problem503"].toSorted(),
    );
    expect(Object.keys(components["schemas"]!).toSorted()).toEqual(
      ["CheckoutClosedProblem", "FieldError", "LimitedProblem", "OldThingProblem", "OutOfStockProblem", "Problem"].toSorted(),
    );
    expect(Object.keys(components["headers"]!).toSorted()).toEqual(["Challenge", "RequestId", "RetryAfter"]);
  });

  it("keeps comments and the order", () => {
    const text = mergeOpenApi(ordersText, shop);
    expect(text).toMatch(/^# Orders of the shop\.\nopenapi: 3\.1\.1\n/);
    expect(text).toContain("summary: Order something # people read this");
    const lines = text.split("\n");
    expect(
      ordersText
        .trimEnd()
        .split("\n")
        .filter((line) => !lines.includes(line)),
    ).toEqual([]);
  });

  it.each([
    ["YAML", ordersText],
    ["YAML of OpenAPI 3.0", orders30Text],
    ["JSON", JSON.stringify(parse(ordersText), null, 2)],
    ["YAML with four blanks", ordersText.replace(/^ +/gm, (blanks) => blanks + blanks)],
    ["a document without paths", "openapi: 3.1.0\ninfo: { title: a, version: '1' }\n"],
    ["a document with empty responses", "openapi: 3.2.0\npaths:\n  /a:\n    query: {}\n    get:\n      responses:\n"],
  ])("changes nothing the second time: %s", (_name, text) => {
    const once = mergeOpenApi(text, shop);
    expect(mergeOpenApi(once, shop)).toBe(once);
  });

  it("follows a contract that changes, and removes what it had added before", () => {
    const fewer = defineContract(
      { ...shop, problems: {} },
      {
        service: "SHOP",
        types: "https://errors.example.com/shop/",
        problems: {
          outOfStock: { status: 409, code: "SHOP.1001", title: "Sold out", detail: "No {sku}." },
          limited: { status: 403, title: "Plan limit reached", detail: "It is reached." },
          checkoutClosed: { status: 503, title: "Checkout closed", detail: "Closed." },
        },
      },
    );
    const again = mergeOpenApi(mergeOpenApi(ordersText, shop), fewer);
    expect(again).toContain("Only".replace("Only", "Sold out"));
    expect(again).not.toContain("OldThingProblem");
  });

  it.each([
    ["Swagger 2", 'swagger: "2.0"\n', "is no OpenAPI document of version 3.0, 3.1 or 3.2: it is Swagger 2.0"],
    ["another version", "openapi: 4.0.0\n", 'version 3.0, 3.1 or 3.2: openapi is "4.0.0"'],
    ["a text", "hello", "is no OpenAPI document"],
    ["broken YAML", "a: [", "is no YAML or JSON: "],
    [
      "an unknown code",
      ordersText.replace("SHOP.1001", "SHOP.9999"),
      'POST /orders: x-problems names "SHOP.9999", which "shop" does not have',
    ],
    [
      "an undocumented status",
      ordersText.replace("404, SHOP", "418, SHOP"),
      'GET /orders/{id}: x-problems names 418, which "shop" does not have',
    ],
    ["a success", ordersText.replace("404, SHOP", "200, SHOP"), "x-problems names 200"],
    [
      "x-problems that are no array",
      ordersText.replace('["SHOP.1001", 401, limited]', "401"),
      "POST /orders: x-problems takes an array",
    ],
    [
      "another Problem",
      `${ordersText}components:\n  schemas:\n    Problem: { type: object }\n`,
      "has another components.schemas.Problem: rename it",
    ],
  ])("refuses %s", (_name, text, message) => {
    expect(() => mergeOpenApi(text, shop)).toThrow(message);
    expect(() => mergeOpenApi(text, shop)).toThrow(TypeError);
  });
});

describe("fg-errors merge", () => {
  it("writes in place, to another file, or to stdout; --check says whether the file is up to date", async () => {
    await inFolder({ "orders.yaml": ordersText }, async (folder) => {
      const path = join(folder, "orders.yaml");
      const merge = (...args: string[]) => fgErrors("merge", path, "--contract", shopModule, ...args);
      const expected = mergeOpenApi(ordersText, shop);
      expect(await merge("--check")).toEqual({ code: 1, stdout: `${path} is not up to date: run fg-errors merge\n`, stderr: "" });
      expect(await merge("--out", "-")).toEqual({ code: 0, stdout: expected, stderr: "" });
      expect(await merge("--out", join(folder, "other.yaml"))).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(await readFile(path, "utf8")).toBe(ordersText);
      expect(await readFile(join(folder, "other.yaml"), "utf8")).toBe(expected);
      expect(await merge()).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(await readFile(path, "utf8")).toBe(expected);
      expect(await merge("--check")).toEqual({ code: 0, stdout: "", stderr: "" });
    });
  });

  it("writes nothing when anything is wrong", async () => {
    await inFolder({ "orders.yaml": "" }, async (folder) => {
      const path = join(folder, "orders.yaml");
      const text = ordersText.replace("404, SHOP.CHECKOUT_CLOSED", "SHOP.9999");
      await writeFile(path, text);
      const { code, stderr } = await fgErrors("merge", path, "--contract", shopModule);
      expect([code, stderr]).toEqual([
        2,
        `fg-errors: ${path} GET /orders/{id}: x-problems names "SHOP.9999", which "shop" does not have\n`,
      ]);
      expect(await readFile(path, "utf8")).toBe(text);
      expect((await fgErrors("merge", path)).stderr).toContain("usage: fg-errors merge OPENAPI --contract CONTRACT");
    });
  });
});

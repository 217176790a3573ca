import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mergeOpenApi } from "@fg-errors/contract";
import { defineContract } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fgErrors, inFolder, orders30Text, ordersText, shopModule, spawnFgErrors } from "./command.js";
import { shop } from "./shop.js";

interface Merged {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, { readonly $ref?: string }> }>>;
  readonly components: Record<string, Record<string, object>>;
}

const merged = (text: string) => parse(mergeOpenApi(text, shop)) as Merged;

/** Whether one text is in another, with anything in between. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}

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

  it.each([
    [
      "texts that differ in blanks",
      `openapi: 3.1.0
info:
  description: |
    a  b
    a b
    [ x ]
    [x]
paths:
  /a:
    get:
      parameters:
        - { name: q, in: query, schema: { pattern: "[ a]" } }
        - { name: q, in: query, schema: { pattern: "[a]" } }
      responses:
        "200": { description: ok }
`,
    ],
    [
      "numbers, dates and folded texts",
      `openapi: 3.1.0
x-numbers: [9223372036854775807, 1.10, 1e3, 0x1F, 2030-01-01, ~, 'it''s']
x-text: >-
  folded
  here   and

  there
paths:
  /a:
    get:
      responses:
        200: { description: ok }   # fine
`,
    ],
    [
      "comments at the ends",
      `openapi: 3.1.0
paths:
  /a: # a
    get: # get
      responses: # responses
        200: # ok
          description: ok # text
        # behind the last response
    # behind the operation

  # in front of /b
  /b:
    post:
      responses: {} # none
    put:
      responses: # none
components: # none
`,
    ],
    [
      "an end of the document",
      "%YAML 1.2\n---\nopenapi: 3.1.0\npaths: { /a: { get: { responses: { 200: { description: ok } } } } }\n...\n",
    ],
    ["a byte order mark and no last line end", "\ufeffopenapi: 3.1.0\npaths:\n  /a:\n    get:\n      summary: x"],
    [
      "JSON in an order of its own, with tabs",
      `{
\t"openapi": "3.1.0",
\t"x-number": 12345678901234567890,
\t"paths": {
\t\t"/a": {
\t\t\t"get": { "responses": { "default": { "description": "own" }, "200": { "description": "ok" } } },
\t\t\t"post": {
\t\t\t\t"responses": {
\t\t\t\t\t"200": { "description": "ok" }
\t\t\t\t}
\t\t\t},
\t\t\t"put": {}
\t\t}
\t},
\t"components": {}
}
`,
    ],
    [
      "JSON in one line",
      '{"openapi":"3.1.0","paths":{"/a":{"get":{"x-problems":[401],"responses":{"200":{"description":"ok"}}}}}}',
    ],
  ])("keeps every octet of %s", (_name, text) => {
    for (const original of [text, text.replaceAll("\n", "\r\n")]) {
      const once = mergeOpenApi(original, shop);
      expect(isSubsequence(original.replace(/\{\}|[ \t\r\n]/g, ""), once)).toBe(true);
      expect(once.replaceAll("\r\n", "")).not.toMatch(original.includes("\r\n") ? /\n/ : /\r/);
      expect(mergeOpenApi(once, shop)).toBe(once);
      for (const operation of Object.values(merged(original).paths).flatMap((path) => Object.values(path)))
        expect(operation.responses).toHaveProperty("default");
    }
  });

  it("finds what aliases and merge keys stand for, and keeps the responses there", () => {
    const text = `openapi: 3.1.0
x-common: &common
  "200": { description: ok }
  "404": { description: own }
x-operation: &operation
  responses:
    "200": { description: ok }
    "500": { description: own }
paths:
  /alias:
    get:
      x-problems: [404]
      responses: *common
  /merge:
    get:
      <<: [*operation]
      x-problems: [500, 401]
  /item: &item
    get: { responses: { "200": { description: ok } } }
  /item2: *item
`;
    const once = mergeOpenApi(text, shop);
    expect(mergeOpenApi(once, shop)).toBe(once);
    const { paths } = parse(once, { merge: true }) as Merged;
    const statuses = (path: string) => Object.keys(paths[path]!["get"]!.responses);
    expect([statuses("/alias"), statuses("/merge"), statuses("/item"), statuses("/item2")]).toEqual([
      ["200", "404", "default"],
      ["200", "401", "500", "default"],
      ["200", "default"],
      ["200", "default"],
    ]);
    expect(paths["/alias"]!["get"]!.responses["404"]).toEqual({ description: "own" });
    expect(paths["/merge"]!["get"]!.responses["500"]).toEqual({ description: "own" });
  });

  it("finds the operations of webhooks, of components and of other methods", () => {
    const text = `openapi: 3.2.0
paths:
  /a: { $ref: "#/components/pathItems/A" }
  /b: { additionalOperations: { COPY: { summary: b } } }
webhooks:
  c: { post: { summary: c } }
components:
  pathItems:
    A: { query: { summary: a } }
`;
    expect(mergeOpenApi(text, shop).match(/default: \{ \$ref: "#\/components\/responses\/Problem" \}/g)).toHaveLength(3);
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
      "x-problems beside the operations",
      "openapi: 3.1.0\nx-problems: [401]\n",
      "the document: x-problems belongs to an operation",
    ],
    [
      "x-problems of a path",
      ordersText.replace("    get:", "    x-problems: [401]\n    get:"),
      "/orders/{id}: x-problems belongs to an operation",
    ],
    [
      "responses that are no object",
      "openapi: 3.1.0\npaths: { /a: { get: { responses: [1] } } }\n",
      "GET /a: responses is no object",
    ],
    ["components that are no object", `${ordersText}components: [1]\n`, "has components that are no object"],
    ["schemas that are no object", `${ordersText}components: { schemas: x }\n`, "has components.schemas that are no object"],
    ["an alias of nothing", `${ordersText}x: *y\n`, "is no YAML or JSON: Unresolved alias"],
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
      expect(await spawnFgErrors("merge", path, "--contract", shopModule, "--check")).toEqual({
        code: 1,
        stdout: `${path} is not up to date: run fg-errors merge\n`,
        stderr: "",
      });
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

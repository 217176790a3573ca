// The examples of the doc comments that say a value give that value.
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { defineContract, functionGraph } from "@fg-errors/core";
import createError from "http-errors";
import { transformSync } from "rolldown/utils";
import { afterEach, expect, it, vi } from "vitest";
import { examplesOf, namesOf } from "./doc-examples.js";
import { parsedSources } from "./public-symbols.js";
import { root } from "./sources.js";

/** Values of the names that examples use without declaring them. An example that uses another one is not run. */
const values: Readonly<Record<string, unknown>> = {
  createError,
  error: new TypeError("x is not a function"),
  event: { httpMethod: "GET", path: "/orders/17", headers: {} },
  problem: { errors: [{ pointer: "#/items/0/price", detail: "Must be a number." }] },
  Readable,
  shop: defineContract(functionGraph, {
    service: "SHOP",
    types: "https://errors.example.com/shop/",
    problems: { outOfStock: { status: 409, title: "Out of stock", detail: "Only {left, number} of {sku} are left." } },
  }),
};

interface Claim {
  readonly title: string;
  readonly path: string;
  readonly code: string;
  readonly result: string;
  readonly expected: unknown;
}

/**
 * Finds what lines say that they give: `expression; // value`, `const name = expression; // value`, or `const { member } = expression; // value`.
 * A comment that is no literal says nothing.
 */
function claimsOf(path: string, example: string): Claim[] {
  const lines = example.split("\n");
  return lines.flatMap((line, index): Claim[] => {
    const [, code, comment] = /^(.+?);? \/\/ (.+)$/.exec(line) ?? [];
    const expected = literal(comment);
    if (!code || expected === undefined || /^(?:if|for|type) /.test(code)) return [];
    const [, declared] = /^const (?:\{ )?(\w+)/.exec(code) ?? [];
    const before = lines.slice(0, index).join("\n");
    const claim = { title: `${path}: ${line}`, path, expected };
    return [declared ? { ...claim, code: `${before}\n${code};`, result: declared } : { ...claim, code: before, result: code }];
  });
}

function literal(text = ""): unknown {
  try {
    return new Function(`return (${text});`)();
  } catch {
    return undefined;
  }
}

const claims = [...parsedSources.values()]
  .flatMap((source) => examplesOf(source).flatMap((example) => claimsOf(source.path, example)))
  .filter(({ path, code, result }) =>
    namesOf(path, `async () => {${code}\n${result}}`).every(
      ({ name, type }) => type === undefined || Object.hasOwn(values, name) || code.includes(`const ${name}`),
    ),
  );

afterEach(() => void vi.restoreAllMocks());

it.each(claims)("$title", async ({ path, code, result, expected }) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true); // a 5xx that nobody handles is written there
  const body = `export default async () => {${code}\nreturn ${result};\n}`;
  const scope: Record<string, unknown> = {};
  for (const { name, source } of namesOf(path, body)) {
    const module = source && ((await import(fileURLToPath(new URL(source, root)))) as Record<string, unknown>);
    scope[name] = module ? module[name] : values[name];
  }
  const plain = transformSync("example.ts", body).code.replace("export default", "return");
  const run = new Function(...Object.keys(scope), plain)(...Object.values(scope)) as () => Promise<unknown>;
  const value = await run();
  if (typeof expected === "string" && expected.endsWith("…")) expect(value).toMatch(new RegExp(`^${expected.slice(0, -1)}`));
  else expect(value).toEqual(expected);
});

it("there are examples that say a value", () => expect(claims.length).toBeGreaterThan(35));

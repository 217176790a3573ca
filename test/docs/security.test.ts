// What docs/security.md names is there: every threat, every file, every test.
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { codes, read } from "./markdown.js";

const page = read("docs/security.md");
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.split("\n")[0]!, text }));

/** Those that issue 5 lists, and a few more. */
const threats = [
  "Information leak",
  "Header injection",
  "Response splitting",
  "Truncated responses",
  "Cache poisoning by errors",
  "JSON hijacking and XSS through reflected text",
  "ReDoS in recognisers",
  "Slow values",
  "Prototype pollution",
  "Decompression bombs",
  "Memory by error bodies",
  "Log injection",
  "Request smuggling",
  "Overload",
  "Resources that stay taken",
  "Clients that leave",
  "A process that ends",
  "Header fields that act",
  "Credentials of an upstream",
  "A 401 that logs users out",
  "Hostile hooks and values",
];

const exists = (path: string) => existsSync(new URL(`../../${path}`, import.meta.url));
const files = (text: string) => codes(text).filter((code) => code.endsWith(".ts"));
const sourcesIn = (text: string) => files(text).filter((path) => !path.startsWith("test/"));

/** A test file, and the tests in it that are named: what is in quotes behind its name. */
const proofs = (text: string) =>
  [...text.replace(/\s+/g, " ").matchAll(/`(test\/[^`]+)` ((?:(?:, )?"[^"]+")+)/g)].map(([, path, names]) => ({
    path: path!,
    names: [...names!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!),
  }));

interface Node {
  readonly type?: unknown;
  readonly callee?: Node;
  readonly object?: Node;
  readonly name?: unknown;
  readonly arguments?: readonly { readonly value?: unknown }[];
}

/** The names of the tests in a file: what it(), and whatever is made of it, is called with first. */
function testsIn(path: string): unknown[] {
  const names: unknown[] = [];
  function visit(value: unknown) {
    if (typeof value !== "object" || value === null || value instanceof RegExp) return;
    const node = value as Node;
    if (node.type === "CallExpression" && rootOf(node) === "it") names.push(node.arguments?.[0]?.value);
    for (const member of Object.values(value)) visit(member);
  }
  visit(parseAst(read(path), { lang: "ts" }));
  return names.filter((name) => typeof name === "string");
}

/** `it` of `it.each([])()`. */
function rootOf(node: Node | undefined): unknown {
  if (node?.type === "Identifier") return node.name;
  const inner = node?.callee ?? node?.object;
  return inner && rootOf(inner);
}

it("every threat has its section, in this order", () => {
  expect(sections.map(({ title }) => title)).toEqual(threats);
});

it("every file that is named exists", () => {
  const paths = files(page).map((path) => (path.startsWith("test/") ? path : `packages/core/src/${path}`));
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

describe.each(sections)("$title", ({ text }) => {
  it("names files that stop it, and tests that prove it", () => {
    expect(sourcesIn(text)).not.toEqual([]);
    expect(proofs(text)).not.toEqual([]);
    expect(proofs(text)).toHaveLength(files(text).length - sourcesIn(text).length);
  });

  it.each(proofs(text))("$path has the tests that are named", ({ path, names }) => {
    expect(testsIn(path)).toEqual(expect.arrayContaining(names));
  });
});

it("the tests about everything are there, too", () => {
  const [{ path, names } = { path: "", names: [] }] = proofs(page.split("\n## ")[0]!);
  expect(testsIn(path)).toEqual(expect.arrayContaining(names));
  expect(names).toHaveLength(1);
});

it("a test that is not there is found missing", () => {
  expect(testsIn("test/docs/security.test.ts")).toContain("every file that is named exists");
  expect(testsIn("test/docs/security.test.ts")).not.toContain("Information leak");
  expect(testsIn("test/docs/security.test.ts")).not.toContain("$title");
});

// Every regex of the packages is linear: none of the texts that are made of it costs more per character when it is longer.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { attack, textsFor } from "./regex-attack.js";

const packages = new URL("../../packages/", import.meta.url);
const sources = readdirSync(packages)
  .flatMap((name) =>
    readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: "utf8" }).map((path) => `${name}/src/${path}`),
  )
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(new URL(path, packages), "utf8") }));

interface Node {
  readonly type?: unknown;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly callee?: { readonly name?: unknown };
}

/** Every node of a source's syntax tree. */
function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null || value instanceof RegExp) return;
  if ("type" in value) yield value;
  for (const member of Object.values(value)) yield* nodesOf(member);
}

const nodes = (text: string) => [...nodesOf(parseAst(text, { lang: "ts" }))];
const regexesIn = (text: string) => nodes(text).flatMap(({ regex }) => (regex ? [new RegExp(regex.pattern, regex.flags)] : []));

const all = sources.flatMap(({ path, text }) => regexesIn(text).map((regex) => ({ path, regex, name: `${path} ${regex}` })));

describe("every regex of the packages", () => {
  it("is found, wherever it is", () => {
    const text = "const a: RegExp = x / 2 / /b\\/[/]c/gi.y; const s = '/no/', t = `${/d/.z}`; // /no/\nclass C { #e = [/f/u]; }";
    expect(regexesIn(text).map(String)).toEqual(["/b\\/[/]c/gi", "/d/", "/f/u"]);
    expect(all.length).toBeGreaterThan(70);
  });

  it("is a literal", () => {
    for (const { path, text } of sources)
      for (const { type, callee } of nodes(text))
        if (type === "NewExpression" || type === "CallExpression") expect(callee?.name, path).not.toBe("RegExp");
  });

  it.each(all)("is linear: $name", ({ regex }) => {
    expect(attack(regex)).toBeUndefined();
  });
});

describe("the attack", () => {
  it.each([
    /\s*,\s*/,
    /\s+$/,
    /(a+)+$/,
    /^(\w+\s?)*$/,
    /(?:a|a)*b/,
    /(?:x|x|x)+y/,
    /x*x*y/,
    /^[a-m]+[m-z]+!/,
    /^(.*?),(.*?),(.*?);$/,
    /"(?:[^"\\]|\\?.)*"/,
    /<!--[^]*?-->/,
    /Error: .*\bat\b.*line/,
    /^(?:[^:]+:)*\d+$|no (?:applicable )*(?:applicable )*key/,
    /\bE[A-Z]{4,}[A-Z]*\d/i,
    /(?<!x)\d+px/,
    /^[ \t]*(?:#.*)?[ \t]*$/m,
    /[\p{L}\d]+\p{L}+;/u,
    /(?=.*b)a/,
    /(a|b)*c/,
  ])("finds what is slow in %s", (regex) => {
    const found = attack(regex);
    expect(found?.growth).toBeGreaterThan(30);
  });

  it.each([/^\s*,/, /[^,]+/, /a{1,3}b{1,3}/, /^(?:[^"\\]|\\.)*"/, /^(a|b)*c/, /\bE[A-Z]{2,14}\b/])(
    "finds nothing in %s",
    (regex) => {
      expect(textsFor(regex).length).toBeGreaterThan(10);
      expect(attack(regex)).toBeUndefined();
    },
  );
});

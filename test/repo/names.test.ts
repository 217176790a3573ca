// A name means one thing: no function of the sources shares its name with a function of another file.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { packageNames } from "./sources.js";

/** What each adapter package offers under the same name, on purpose. */
const offeredByEachAdapter = new Set(["fgErrors", "fgResponses", "fgUpstream", "relay"]);

const root = new URL("../../packages/", import.meta.url);

interface Declaration {
  readonly type: string;
  readonly id?: { readonly name?: string } | null;
  readonly init?: { readonly type: string } | null;
}

/** Lists the functions that a module declares, at any depth: `function f() {}` and `const f = () => {}`. Methods have an object of their own. */
function functionsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, id, init } = node as Declaration;
  const declares =
    type === "FunctionDeclaration" || (type === "VariableDeclarator" && /^(Arrow)?FunctionExpression$/.test(init?.type ?? ""));
  return [...(declares && id?.name ? [id.name] : []), ...Object.values(node).flatMap(functionsIn)];
}

/** Lists the names that more than one of the given modules declares, with the paths. */
function sharedNames(codes: Readonly<Record<string, string>>): string[] {
  const pathsOf = new Map<string, Set<string>>();
  for (const [path, code] of Object.entries(codes))
    for (const name of functionsIn(parseAst(code, { lang: "ts" }))) pathsOf.set(name, (pathsOf.get(name) ?? new Set()).add(path));
  return [...pathsOf].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(", ")}`);
}

describe("function names", () => {
  it("are declared in one file of packages/*/src each", () => {
    const codes: Record<string, string> = {};
    for (const name of packageNames)
      for (const path of readdirSync(new URL(`${name}/src`, root), { recursive: true, encoding: "utf8" }))
        if (path.endsWith(".ts")) codes[`${name}/src/${path}`] = readFileSync(new URL(`${name}/src/${path}`, root), "utf8");
    const isAllowed = (shared: string) => offeredByEachAdapter.has(shared.split(":")[0]!) && !shared.includes(" core/");
    expect(sharedNames(codes).filter((shared) => !isAllowed(shared))).toEqual([]);
  });

  it("are found at every depth, as declarations and as constants", () => {
    const codes = {
      "a.ts": "export function outer() { const inner = async () => {}; return { inner, method() {} }; }",
      "b.ts": "const outer: () => void = function () {}; const method = 1; export const use = [outer, method];",
      "c.ts": "export class Of { method() { function inner() {} return inner; } }",
    };
    expect(sharedNames(codes)).toEqual(["outer: a.ts, b.ts", "inner: a.ts, c.ts"]);
  });
});

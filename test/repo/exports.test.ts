// What a file of core exports is needed elsewhere: by another file, or by an entry point.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";

/** What only tests import: tables that they compare with the documented ones, and the switch that makes illegal transitions throw. */
const exportedForTests = [
  "interceptor/interceptor-state.ts: StateEvent",
  "interceptor/interceptor-state.ts: strictness",
  "interceptor/interceptor-state.ts: transitions",
  "recognisers/families.ts: clientFacingFamilies",
  "recognisers/families.ts: operationalFamilies",
  "reply/functiongraph/failure-codes.ts: failures",
];

const root = new URL("../../packages/core/src/", import.meta.url);

interface Named {
  readonly name: string;
}

interface Statement {
  readonly type: string;
  readonly source?: { readonly value: string } | null;
  readonly declaration?: { readonly id?: Named; readonly declarations?: readonly { readonly id: Named }[] } | null;
  readonly specifiers?: readonly { readonly imported?: Named; readonly local?: Named; readonly exported?: Named }[];
}

const statementsOf = (code: string) => parseAst(code, { lang: "ts" }).body as unknown as readonly Statement[];

/** Lists the names that a module exports, without those of other modules. */
function exportsIn(code: string): string[] {
  return statementsOf(code)
    .filter(({ type, source }) => type === "ExportNamedDeclaration" && !source)
    .flatMap(({ declaration, specifiers = [] }) => [
      ...(declaration?.declarations ?? (declaration ? [{ id: declaration.id! }] : [])).map(({ id }) => id.name),
      ...specifiers.map(({ exported }) => exported!.name),
    ]);
}

/** Lists what a module imports, and what it exports of other modules, as "path: name". */
function importsIn(path: string, code: string): string[] {
  return statementsOf(code).flatMap(({ type, source, specifiers = [] }) => {
    if (!source?.value.startsWith(".")) return [];
    const from = normalize(join(dirname(path), source.value)).replace(/\.js$/, ".ts");
    return specifiers.map(({ imported, local }) => `${from}: ${(type === "ImportDeclaration" ? imported : local)?.name}`);
  });
}

/** Lists the names that a module imports from a package, and exports of it. */
function importsFrom(name: string, code: string): string[] {
  return statementsOf(code)
    .filter(({ source }) => source?.value === name)
    .flatMap(({ type, specifiers = [] }) =>
      specifiers.map(({ imported, local }) => (type === "ImportDeclaration" ? imported : local)!.name),
    );
}

/** Lists the exports that nothing imports, of modules in folders: those beside the folders are entry points. */
function unusedExports(codes: Readonly<Record<string, string>>): string[] {
  const imported = new Set(Object.entries(codes).flatMap(([path, code]) => importsIn(path, code)));
  return Object.entries(codes)
    .filter(([path]) => path.includes("/"))
    .flatMap(([path, code]) => exportsIn(code).map((name) => `${path}: ${name}`))
    .filter((exported) => !imported.has(exported));
}

describe("the exports of packages/core/src", () => {
  it("are imported by another file, or by an entry point", () => {
    const codes: Record<string, string> = {};
    for (const path of readdirSync(root, { recursive: true, encoding: "utf8" }))
      if (path.endsWith(".ts")) codes[path.replaceAll("\\", "/")] = readFileSync(new URL(path, root), "utf8");
    expect(unusedExports(codes).toSorted()).toEqual(exportedForTests);
  });

  it("are functions, constants, classes, types and lists", () => {
    const codes = {
      "index.ts": `export { b } from "./a/b.js"; export const entry = 1;`,
      "a/b.ts": `import { c, type T } from "../c/c.js"; export const b = c, d = 1; export type U = T; export class K {}`,
      "c/c.ts": `export function c() {} export interface T {} function e() {} function f() {} export { e, f as g };`,
    };
    expect(unusedExports(codes)).toEqual(["a/b.ts: d", "a/b.ts: U", "a/b.ts: K", "c/c.ts: e", "c/c.ts: g"]);
  });
});

describe.each([
  ["adapter.ts", "@fg-errors/core/adapter"],
  ["adapter-event.ts", "@fg-errors/core/adapter/event"],
])("the exports of core's %s", (file, subpath) => {
  it("are those that our other packages import", () => {
    const exported = statementsOf(readFileSync(new URL(file, root), "utf8")).flatMap(({ specifiers = [] }) =>
      specifiers.map((specifier) => specifier.exported!.name),
    );
    const imported = ["contract", "express", "functiongraph", "koa", "telemetry"].flatMap((name) => {
      const sources = new URL(`../../${name}/src/`, root);
      const paths = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
      return paths.flatMap((path) => importsFrom(subpath, readFileSync(new URL(path, sources), "utf8")));
    });
    expect(exported.toSorted()).toEqual([...new Set(imported)].toSorted());
  });
});

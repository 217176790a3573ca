// The folders of packages/core/src form an order (docs/architecture.md): a file imports from its own folder and from those above it, and
// nobody imports in a circle. Types count.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";

/** The lowest first. */
const layers = [
  "contract",
  "http",
  "util",
  "proxy-errors",
  "problem",
  "recognisers",
  "responder",
  "reply",
  "node",
  "interceptor",
  "proxy",
  "relay",
  "server",
  "invocation",
];

const root = new URL("../../packages/core/src/", import.meta.url);

interface File {
  readonly path: string;
  /** Paths of the files that it imports, types included. */
  readonly imports: readonly string[];
}

/** All that a module, or a part of it, imports: by statements, by import() and by the type of that name. */
function sourcesIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, source, argument } = node as Record<string, { value?: unknown; literal?: { value?: unknown } } | undefined>;
  const named =
    source?.value ?? ((type as unknown) === "TSImportType" ? (argument?.literal?.value ?? argument?.value) : undefined);
  return [...(typeof named === "string" ? [named] : []), ...Object.values(node).flatMap(sourcesIn)];
}

function importsIn(path: string, code: string): string[] {
  return sourcesIn(parseAst(code, { lang: "ts" }))
    .filter((from) => from.startsWith("."))
    .map((from) => normalize(join(dirname(path), from)).replace(/\.js$/, ".ts"));
}

const files: readonly File[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, imports: importsIn(path, readFileSync(new URL(path, root), "utf8")) }));

const layerOf = (path: string) => layers.indexOf(path.split("/")[0]!);

function upwardIn(all: readonly File[]): string[] {
  return all.flatMap(({ path, imports }) =>
    imports.filter((other) => path.includes("/") && layerOf(other) > layerOf(path)).map((other) => `${path} imports ${other}`),
  );
}

/** One circle, if there is any: the way round it. */
function circleIn(all: readonly File[]): string[] | undefined {
  const importsOf = new Map(all.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  function follow(path: string, way: readonly string[]): string[] | undefined {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const other of importsOf.get(path) ?? []) {
      const circle = follow(other, [...way, path]);
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  }
  return all.map(({ path }) => follow(path, [])).find(Boolean);
}

describe("packages/core/src", () => {
  it("has no folder that is not a layer", () => {
    const folders = new Set(files.filter(({ path }) => path.includes("/")).map(({ path }) => path.split("/")[0]!));
    expect([...folders].toSorted()).toEqual(layers.toSorted());
  });

  it("has the layers that docs/architecture.md lists, in this order", () => {
    const text = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
    const [, table = ""] = text.split("<!-- layers -->");
    const rows = table.trimStart().split("\n\n", 1)[0]!;
    expect([...rows.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, folder]) => folder)).toEqual(layers);
  });

  it("every import leads to a file", () => {
    const paths = new Set(files.map(({ path }) => path));
    expect(files.flatMap(({ imports }) => imports).filter((path) => !paths.has(path))).toEqual([]);
  });

  it("imports nothing from a layer further down", () => {
    expect(upwardIn(files)).toEqual([]);
  });

  it("has no circle of imports", () => {
    expect(circleIn(files)).toBeUndefined();
  });
});

describe("the check itself", () => {
  it("finds types, re-exports, side effects and import()", () => {
    const code = `
      import type { A } from "../server/a.js"; export * from "./b.js"; import "../c.js"; import fs from "node:fs";
      export type D = import("./d.js").D; export const e = () => import("../e.js");`;
    expect(importsIn("http/x.ts", code)).toEqual(["server/a.ts", "http/b.ts", "c.ts", "http/d.ts", "e.ts"]);
  });

  it("finds an upward import and a circle", () => {
    const made = [
      { path: "http/a.ts", imports: ["server/b.ts"] },
      { path: "server/b.ts", imports: ["server/c.ts"] },
      { path: "server/c.ts", imports: ["http/a.ts"] },
    ];
    expect(upwardIn(made)).toEqual(["http/a.ts imports server/b.ts"]);
    expect(circleIn(made)).toEqual(["http/a.ts", "server/b.ts", "server/c.ts", "http/a.ts"]);
  });
});

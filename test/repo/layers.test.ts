// The folders of packages/core/src form an order (docs/architecture.md): a file imports from its own folder and from those above it, and
// no file of any package imports in a circle. Types count.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ownImportsOf, packageNames, root, sourcesOf } from "./sources.js";

/** The lowest first. */
const layers = [
  "contract",
  "http",
  "util",
  "proxy-errors",
  "problem",
  "recognisers",
  "responder",
  "html",
  "reply",
  "node",
  "interceptor",
  "proxy",
  "relay",
  "server",
  "invocation",
];

interface File {
  readonly path: string;
  /** Paths of the files that it imports, types included. */
  readonly imports: readonly string[];
}

const filesOf = (name: (typeof packageNames)[number]): readonly File[] =>
  sourcesOf(name).map((source) => ({ path: source.path, imports: ownImportsOf(source) }));

const files = filesOf("core");

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
    const text = readFileSync(new URL("docs/architecture.md", root), "utf8");
    const [, table = ""] = text.split("<!-- layers -->");
    const rows = table.trimStart().split("\n\n", 1)[0]!;
    expect([...rows.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, folder]) => folder)).toEqual(layers);
  });

  it("imports nothing from a layer further down", () => {
    expect(upwardIn(files)).toEqual([]);
  });
});

describe.each(packageNames)("packages/%s/src", (name) => {
  const own = filesOf(name);

  it("every import leads to a file", () => {
    const paths = new Set(own.map(({ path }) => path));
    expect(own.flatMap(({ imports }) => imports).filter((path) => !paths.has(path))).toEqual([]);
  });

  it("has no circle of imports", () => {
    expect(circleIn(own)).toBeUndefined();
  });
});

describe("the check itself", () => {
  it("finds types, re-exports, side effects and import(), and no comment and no text", () => {
    const code = `
      import type { A } from "../server/a.js"; export * from "./b.js"; import "../c.js"; import fs from "node:fs";
      export type D = import("./d.js").D; export const e = () => import("../e.js");
      // import "./f.js";
      export const g = 'import { g } from "./g.js"';`;
    expect(ownImportsOf({ path: "http/x.ts", text: code })).toEqual(["server/a.ts", "http/b.ts", "c.ts", "http/d.ts", "e.ts"]);
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

// The rules of the house that no linter knows.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const sources = (name: string) =>
  readdirSync(new URL(`packages/${name}/src`, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: read(`packages/${name}/src/${path}`) }));

it("core depends on one library, and imports nothing but that, Node and itself", () => {
  const { dependencies } = JSON.parse(read("packages/core/package.json")) as { dependencies: object };
  expect(Object.keys(dependencies)).toEqual(["structured-headers"]);
  for (const { path, text } of sources("core"))
    for (const [, from] of text.matchAll(/\bfrom "([^"]+)"/g)) expect(from, path).toMatch(/^(node:|\.\.?\/|structured-headers$)/);
});

it.each(["express", "functiongraph", "koa"])("the %s adapter knows no status", (name) => {
  for (const { path, text } of sources(name)) {
    const code = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    expect(code, path).not.toMatch(/\b[1-5]\d\d\b/);
  }
});

it.each(["core", "express", "functiongraph", "koa"])("no source of %s is longer than 200 lines", (name) => {
  for (const { path, text } of sources(name)) expect(text.split("\n").length, path).toBeLessThanOrEqual(201);
});

it("no two places share more than 10 lines", () => {
  const seen = new Map<string, string>();
  for (const name of ["core", "express", "functiongraph", "koa"])
    for (const { path, text } of sources(name)) {
      const lines = text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("import "));
      for (let at = 0; at + 11 <= lines.length; at++) {
        const run = lines.slice(at, at + 11).join("\n");
        expect(seen.get(run), `${name}/src/${path}: ${lines[at]}`).toBeUndefined();
        seen.set(run, `${name}/src/${path}`);
      }
    }
});

it("the packages share one version, and the oldest Node", () => {
  const manifests = ["core", "express", "functiongraph", "koa"].map(
    (name) => JSON.parse(read(`packages/${name}/package.json`)) as { version: string; engines: { node: string } },
  );
  expect(new Set(manifests.map(({ version }) => version)).size).toBe(1);
  for (const { engines } of manifests) expect(engines.node).toBe(">=20.15");
});

it("no two files of the tests share a name", () => {
  const paths = readdirSync(new URL("test/", root), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !/(^|\/)node_modules\//.test(path) && !path.startsWith("bench/"));
  const names = paths.map((path) => path.split("/").at(-1)!);
  expect(paths.filter((_path, at) => names.indexOf(names[at]!) !== names.lastIndexOf(names[at]!))).toEqual([]);
});

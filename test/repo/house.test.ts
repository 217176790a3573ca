// The rules of the house that no linter knows.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { importsIn, packageNames, root, sourcesOf } from "./sources.js";

const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const core = /^@fg-errors\/core(?:\/[\w/]+)?$/;

/** What each package depends on, and what it imports besides itself. */
it.each([
  ["client", [], /^$/],
  ["contract", ["@fg-errors/core", "yaml"], new RegExp(`^node:|${core.source}|^yaml$`)],
  ["core", ["structured-headers"], /^node:|^structured-headers$/],
  ["express", ["@fg-errors/core"], new RegExp(`^node:|${core.source}|^express$`)],
  ["functiongraph", ["@fg-errors/core"], new RegExp(`^node:|${core.source}`)],
  ["koa", ["@fg-errors/core"], new RegExp(`^node:|${core.source}|^koa$`)],
] as const)("%s depends on one library at most, and imports nothing else but Node and itself", (name, libraries, allowed) => {
  const { dependencies = {} } = JSON.parse(read(`packages/${name}/package.json`)) as { dependencies?: object };
  expect(Object.keys(dependencies)).toEqual(libraries);
  for (const { path, text } of sourcesOf(name))
    for (const from of importsIn(text)) if (!/^\.\.?\//.test(from)) expect(from, path).toMatch(allowed);
});

it.each(["express", "functiongraph", "koa"] as const)("the %s adapter knows no status", (name) => {
  for (const { path, text } of sourcesOf(name)) {
    const code = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    expect(code, path).not.toMatch(/\b[1-5]\d\d\b/);
  }
});

it.each(packageNames)("no source of %s is longer than 200 lines", (name) => {
  for (const { path, text } of sourcesOf(name)) expect(text.split("\n").length, path).toBeLessThanOrEqual(201);
});

it("no two places share more than 10 lines", () => {
  const seen = new Map<string, string>();
  for (const name of packageNames)
    for (const { path, text } of sourcesOf(name)) {
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
  const manifests = packageNames.map(
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

/** What is of a response, a reply or an error is on it, where all copies of this package find it. These tables are of something else. */
const tables: Readonly<Record<string, string>> = {
  "core: node/client-gone.ts: queued": "of a connection",
  "core: node/unanswered-connections.ts: unanswered": "of a server",
  "core: problem/domain-index.ts: indexes": "of a contract",
  "core: problem/extensions.ts: unfit": "a value, no key",
  "core: relay/relay-to-node.ts: checked": "of an options object",
  "core: responder/cached-responder.ts: responders": "of an options object",
  "core: server/guard-server.ts: handedOver": "of a server",
  "core: server/guard-server.ts: responses": "of a request, which Node may drop without its response",
  "core: server/lingering-close.ts: lingering": "of a connection",
  "core: server/silence.ts: readBefore": "of a connection",
  "express: mounting.ts: checkedLayers": "of an application",
  "koa: mounting.ts: checkedApps": "of an application",
};

it("no table and no private symbol stands beside the record of an exchange", () => {
  const found = packageNames.flatMap((name) =>
    sourcesOf(name).flatMap(({ path, text }) =>
      [...text.matchAll(/const (\w+)[^=\n]* = (?:new Weak(?:Map|Set)\b|Symbol\()/g)].map(
        ([, table]) => `${name}: ${path}: ${table}`,
      ),
    ),
  );
  expect(found.toSorted()).toEqual(Object.keys(tables).toSorted());
});

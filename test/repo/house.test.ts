// The rules of the house that no linter knows.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { assignedFunctionsIn, importsIn, ownImportsOf, packageNames, root, sourcesOf } from "./sources.js";

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
  ["telemetry", ["@fg-errors/core"], new RegExp(`^node:|${core.source}`)],
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

it.each(packageNames)("no source of %s under 25 lines has one importer, which could contain it, but for entry points", (name) => {
  const manifest = read(`packages/${name}/package.json`);
  const isEntry = (path: string) => manifest.includes(`"./dist/esm/${path.replace(/\.ts$/, ".js")}"`);
  const sources = sourcesOf(name);
  const imports = sources.flatMap((source) => [...new Set(ownImportsOf(source))]);
  const small = sources.filter(({ text }) => text.trimEnd().split("\n").length < 25).map(({ path }) => path);
  expect(small.filter((path) => !isEntry(path) && imports.filter((other) => other === path).length === 1)).toEqual([]);
});

// V8 allocates a function literal that is assigned to a member in the old generation. With all that it refers to, the whole request often, it
// stays there until the next collection of that generation. A function that has a name first is young.
it.each(packageNames)("no source of %s assigns a function literal to a member", (name) => {
  for (const { path, text } of sourcesOf(name)) expect(assignedFunctionsIn(text), path).toEqual([]);
});

it("function literals that are assigned to members are found", () => {
  const text =
    "a.b = () => 1;\nfunction f(c: any) { c[0] = async function () {}; }\nconst d = () => 1; a.b = d; let e; e = () => 1;";
  expect(assignedFunctionsIn(text)).toEqual(["a.b = () => 1;", "c[0] = async function () {}; }"]);
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

const page = /^https:\/\/fg-errors\.github\.io\/(.+)\.html$/;

it.each(packageNames)(
  "the manifest of %s describes it, and its homepage is a page of the site, which its README names",
  (name) => {
    const manifest = read(`packages/${name}/package.json`);
    const { description, keywords, homepage } = JSON.parse(manifest) as {
      description: string;
      keywords: string[];
      homepage: string;
    };
    expect(description).toMatch(/^[A-Z].{40,125}\.$/);
    expect(keywords).toEqual([...new Set(keywords)].toSorted());
    expect(keywords).toEqual(expect.arrayContaining(["errors", "problem-details", "rfc9457"]));
    const [, path] = page.exec(homepage)!;
    if (path !== `reference/api/@fg-errors/${name}`) expect(existsSync(new URL(`docs/${path}.md`, root)), homepage).toBe(true);
    const readme = read(`packages/${name}/README.md`);
    for (const text of [`# @fg-errors/${name}\n`, `(${homepage})`, "not published yet", "../../README.md#quick-start"])
      expect(readme).toContain(text);
    expect(readme).toMatch(new RegExp(`^ {4}npm install (?:--save-dev )?@fg-errors/${name}$`, "m"));
  },
);

it("each manifest names the repository, where to report bugs, and the homepage", () => {
  const folders = ["packages/", "examples/", "examples/catalogue/"].flatMap((above) =>
    readdirSync(new URL(above, root)).map((name) => `${above}${name}/`),
  );
  const manifests = ["", "docs/", "test/", "test/bench/", "tools/", ...folders].filter((folder) =>
    existsSync(new URL(`${folder}package.json`, root)),
  );
  expect(manifests).toContain("examples/catalogue/orders/");
  for (const folder of manifests)
    expect(JSON.parse(read(`${folder}package.json`)), folder).toMatchObject({
      repository: {
        type: "git",
        url: "git+https://github.com/fg-errors/fg-errors.git",
        ...(folder && { directory: folder.slice(0, -1) }),
      },
      bugs: { url: "https://github.com/fg-errors/fg-errors/issues" },
      homepage: expect.stringMatching(
        folder.startsWith("packages/") ? page : /^https:\/\/github\.com\/fg-errors\/.*#readme$/,
      ) as string,
    });
});

/** Lists the TypeScript files of the tests, from test/ on. */
const testPaths = readdirSync(new URL("test/", root), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !/(^|\/)node_modules\//.test(path) && !path.startsWith("bench/"));

it("no test waits by a time limit of its own", () => {
  const impatient = testPaths.filter((path) => path !== "patience.ts" && /\bvi\.wait|\bexpect\.poll/.test(read(`test/${path}`)));
  expect(impatient.filter((path) => path !== "repo/house.test.ts")).toEqual([]);
});

it("no two files of the tests share a name", () => {
  const names = testPaths.map((path) => path.split("/").at(-1)!);
  expect(testPaths.filter((_path, at) => names.indexOf(names[at]!) !== names.lastIndexOf(names[at]!))).toEqual([]);
});

/** What is of a response, a reply or an error is on it, where all copies of this package find it. These tables are of something else. */
const tables: Readonly<Record<string, string>> = {
  "core: node/client-gone.ts: queued": "of a connection",
  "core: node/unanswered-connections.ts: unanswered": "of a server",
  "core: problem/domain-index.ts: indexes": "of a contract",
  "core: problem/extensions.ts: unfit": "a value, no key",
  "core: recognisers/error-keys.ts: inheritedMembers": "of a class",
  "core: relay/relay-to-node.ts: checked": "of an options object",
  "core: responder/cached-responder.ts: responders": "of an options object",
  "core: server/guard-server.ts: handedOver": "of a server",
  "core: server/guard-server.ts: responses": "of a request, which Node may drop without its response",
  "core: server/lingering-close.ts: lingering": "of a connection",
  "core: server/silence.ts: readBefore": "of a connection",
  "express: literal-starts.ts: knownStarts": "of an application",
  "express: mounting.ts: checkedLayers": "of an application",
  "express: routes.ts: knownRoutes": "of a route",
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

it("each decision has a number of its own, which its file and its title have", () => {
  const files = readdirSync(new URL("docs/adr/", root)).toSorted();
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_file, at) => at + 1));
  for (const file of files) expect(read(`docs/adr/${file}`).split(" ")[1], file).toBe(`${Number(file.slice(0, 4))}.`);
});

// The examples of the doc comments, which editors show: every exported symbol has one, and all of them compile.
import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { ambientType } from "./ambient-names.js";
import { entryPoints, parsedSources, parseSource, symbolsOf, type ParsedSource } from "./public-symbols.js";
import { root } from "./sources.js";

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, root));

it.each([...entryPoints])("all that %s exports has an example", (_specifier, path) => {
  const without = symbolsOf(path).filter(({ docs }) => docs.some((doc) => !doc?.includes("@example")));
  expect(without.map(({ name, path: declared }) => `${name} of ${declared}`)).toEqual([]);
});

it("the check finds each declaration that an entry point exports", () => {
  const sources = new Map(
    Object.entries({
      "a/index.ts": `export { b as c, type D } from "./b.js"; export * from "./f.js";`,
      "a/b.ts": "/** One. */\nexport const b = 1;\nexport interface D {}",
      "a/f.ts": "/** Two. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;\n/** 3 */\nexport function f() {}",
    }).map(([path, text]) => [path, parseSource(path, text)]),
  );
  expect(symbolsOf("a/index.ts", sources)).toEqual([
    { name: "f", path: "a/f.ts", docs: ["Two.", undefined, "3"] },
    { name: "c", path: "a/b.ts", docs: ["One."] },
    { name: "D", path: "a/b.ts", docs: [undefined] },
  ]);
});

/** Lists the examples of a source. */
function examplesOf({ docs }: ParsedSource): string[] {
  return docs.flatMap((doc) =>
    doc
      .split(/^@/m)
      .filter((part) => part.startsWith("example"))
      .map((part) => part.slice("example".length).trim()),
  );
}

/** Lists the names of a node's identifiers, whatever they name. */
function identifiersIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, name } = node as { readonly type?: unknown; readonly name?: unknown };
  return [...(type === "Identifier" ? [name as string] : []), ...Object.values(node).flatMap(identifiersIn)];
}

const exportsOf = (specifiers: readonly string[]) =>
  specifiers.map((from) => ({ from, names: new Set(symbolsOf(entryPoints.get(from)!).map(({ name }) => name)) }));
const all = exportsOf([...entryPoints.keys()].toSorted((a) => (/express|core/.test(a) ? -1 : 1)));

/**
 * Makes a module of an example. Its names are those that its file exports; those of its package; those that a reader knows, such as `app`; and
 * those of the other packages.
 */
function moduleOf(path: string, example: string): string {
  const [, packageName, inside] = /^packages\/(\w+)\/src\/(.+)\.ts$/.exec(path)!;
  const own = all.filter(({ from }) => from.startsWith(`@fg-errors/${packageName}`));
  const ownFile = {
    from: here(`packages/${packageName}/dist/esm/${inside}.js`),
    names: new Set(symbolsOf(path).map(({ name }) => name)),
  };
  const body = /^export /m.test(example) ? example : `export async function example() {\n${example}\n}`;
  const lines = [...new Set(identifiersIn(parseSource("example.ts", body).statements))].map((name) => {
    const ambient = ambientType(path, name);
    const exporter = [ownFile, ...(ambient?.isOwn ? [] : own), ...(ambient ? [] : all)].find(({ names }) => names.has(name));
    if (exporter) return `import { ${name} } from ${JSON.stringify(exporter.from)};\n`;
    return ambient ? `declare const ${name}: ${ambient.type};\n` : "";
  });
  return lines.join("") + body;
}

it("the examples compile, and one that is wrong does not", { timeout: 60_000 }, async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "examples-")));
  try {
    await symlink(here("test/node_modules"), join(folder, "node_modules"));
    const files: string[] = [];
    const add = async (name: string, path: string, example: string) => {
      files.push(name);
      await writeFile(join(folder, name), moduleOf(path, example));
    };
    for (const source of parsedSources.values())
      for (const [index, example] of examplesOf(source).entries())
        await add(`${source.path.replaceAll("/", "_").slice(0, -3)}_${index}.ts`, source.path, example);
    await add("wrong.ts", "packages/core/src/index.ts", "const options: ResponderOptions = { service: 1 };");
    const compilerOptions = {
      target: "es2022",
      lib: ["es2023"],
      module: "nodenext",
      typeRoots: [here("node_modules/@types")],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
    };
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const { stdout } = await run(process.execPath, [here("node_modules/typescript/bin/tsc"), "-p", folder], {
      cwd: folder,
    }).catch((failure: { stdout: string }) => failure);
    const errors = stdout.split("\n").filter((line) => /^\S+\(\d+,\d+\): error/.test(line));
    expect(
      errors.filter((line) => !line.startsWith("wrong.ts")),
      "a name that an example uses without declaring it is listed in test/repo/ambient-names.ts",
    ).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(files.length).toBeGreaterThan(200);
  } finally {
    await rm(folder, { recursive: true });
  }
});

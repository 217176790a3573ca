// The examples of the doc comments, which editors show: every exported symbol has one, and all of them compile.
import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { examplesOf, namesOf } from "./doc-examples.js";
import { entryPoints, parsedSources, parseSource, symbolsOf } from "./public-symbols.js";
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

/** Makes a module of an example, with declarations of the names that it uses. */
function moduleOf(path: string, example: string): string {
  const body = /^export /m.test(example) ? example : `export async function example() {\n${example}\n}`;
  const lines = namesOf(path, body).map(({ name, specifier, source, type }) => {
    if (type !== undefined) return `declare const ${name}: ${type};\n`;
    const from = specifier ?? here(source!.replace("/src/", "/dist/esm/").replace(/\.ts$/, ".js"));
    return `import { ${name} } from ${JSON.stringify(from)};\n`;
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

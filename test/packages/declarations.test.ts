// A project that exports what it makes of ours, compiled against the packed packages as pnpm lays them out: core is not in its node_modules,
// so each type that a declaration needs has to come from the package that the project depends on.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageNames } from "../repo/sources.js";
import { unpackPackages } from "../unpack.js";
import { observed, projects } from "./projects.js";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "declarations-")));
  const store = join(folder, "node_modules", ".pnpm");
  const stored = (name: string) => join(store, name, "node_modules", "@fg-errors", name);
  await unpackPackages(packageNames, stored);
  for (const name of packageNames.filter((each) => each !== "core")) {
    if (name !== "client") await link(stored("core"), join(dirname(stored(name)), "core"));
    await link(stored(name), join(folder, "node_modules", "@fg-errors", name));
  }
  await link(here("../node_modules/structured-headers"), join(store, "core", "node_modules", "structured-headers"));
  for (const name of ["express", "koa"]) {
    await link(here(`../node_modules/@types/${name}`), join(store, name, "node_modules", "@types", name));
    await link(here(`../node_modules/@types/${name}`), join(folder, "node_modules", "@types", name));
  }
  await link(here("../../node_modules/@types/node"), join(folder, "node_modules", "@types", "node"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
});

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await symlink(await realpath(from), to);
}

afterAll(() => rm(folder, { recursive: true }));

const resolutions = { nodenext: { module: "nodenext" }, bundler: { module: "esnext", moduleResolution: "bundler" } };

/** Compiles each project by each resolution, all by one run of the compiler, and gives what it says. */
async function compile(all: typeof projects): Promise<string> {
  const files = await Promise.all(
    Object.entries(all).flatMap(([name, { source, options }]) =>
      Object.entries(resolutions).map(async ([key, resolution]) => {
        const file = join(folder, `${name}-${key}`);
        const compilerOptions = {
          target: "es2022",
          lib: ["es2023"],
          types: ["node"],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: key === "bundler" && name !== "every-module", // which checks the declarations of all modules
          declaration: true,
          outDir: "out",
          tsBuildInfoFile: `${name}-${key}.tsbuildinfo`,
          ...options,
          ...resolution,
        };
        await writeFile(`${file}.ts`, source);
        await writeFile(`${file}.json`, JSON.stringify({ compilerOptions, files: [`${file}.ts`] }));
        return `${file}.json`;
      }),
    ),
  );
  const tsc = here("../../node_modules/typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "--build", "--pretty", "false", "--singleThreaded", ...files]).catch(
    (failure: { stdout: string }) => failure,
  );
  return stdout;
}

/** Asserts that projects compile, and that each has declarations, by each resolution. */
async function expectCompiled(all: typeof projects): Promise<void> {
  expect(await compile(all)).toBe("");
  const names = Object.keys(all).flatMap((name) => Object.keys(resolutions).map((key) => `${name}-${key}.d.ts`));
  expect(await readdir(join(folder, "out"))).toEqual(expect.arrayContaining(names));
}

it(`strict projects compile with declarations: ${Object.keys(projects).join(", ")}`, () => expectCompiled(projects));

it("those that use telemetry compile with the libraries that it takes", async () => {
  for (const name of ["@opentelemetry/api", "@opentelemetry/api-logs", "prom-client"])
    await link(here(`../node_modules/${name}`), join(folder, "node_modules", name));
  await expectCompiled(observed);
});

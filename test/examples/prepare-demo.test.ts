// What happens before `npm start`: nothing where all is there, and no more than the demo needs where it is not.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isBuilt, isInstalled } from "../../scripts/demo-state.js";

const scripts = new URL("../../scripts/", import.meta.url).pathname;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

const head = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n";
const demo =
  "\nimporters:\n\n  .:\n    devDependencies:\n      rolldown:\n        version: 1.0.0\n\n" +
  "  examples/tour:\n    dependencies:\n      express:\n        version: 5.0.0\n\n  packages/core:\n    dependencies:\n      a:\n        version: 1.0.0\n";
const empty = "\n  packages/client: {}\n";
const tests = "\n  test:\n    devDependencies:\n      b:\n        version: 2.0.0\n";
const versions = "\npackages:\n\n  'a@1.0.0':\n    resolution: {integrity: sha512-a}\n";
const more = "\n  b@2.0.0:\n    resolution: {integrity: sha512-b}\n";
const lockfile = head + demo + empty + tests + versions + more;

/** Makes a repository of two packages, which are built, with the lockfile and what pnpm remembers of it. */
function repository(installed?: string) {
  const root = mkdtempSync(join(tmpdir(), "demo-"));
  folders.push(root);
  const write = (path: string, text: string, seconds = 1000) => {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
    utimesSync(join(root, path), seconds, seconds);
  };
  for (const path of ["tsconfig.base.json", "tsconfig.packages.json"]) write(path, "{}");
  write("package.json", '{ "packageManager": "pnpm@12.0.0" }');
  write("pnpm-lock.yaml", lockfile);
  write("examples/tour/node_modules/express", "");
  if (installed) write("node_modules/.pnpm/lock.yaml", installed);
  for (const name of ["client", "core"]) {
    for (const path of ["package.json", "tsconfig.json", "tsconfig.cjs.json"]) write(`packages/${name}/${path}`, "{}");
    for (const path of ["src/index.ts", "src/deep/file.ts"]) write(`packages/${name}/${path}`, "");
    for (const path of ["src/deep", "src"]) utimesSync(join(root, "packages", name, path), 1000, 1000);
    for (const path of ["esm/index.js", "cjs/package.json"]) write(`packages/${name}/dist/${path}`, "", 2000);
  }
  for (const path of ["demo-state.js", "prepare-demo.js"]) cpSync(join(scripts, path), join(root, "scripts", path));
  for (const path of ["bundle.js", "mark-cjs.js"]) write(`scripts/${path}`, "");
  return { root, write };
}

describe("what is installed", () => {
  it.each([
    ["all", lockfile],
    ["what the demo needs", head + demo + versions],
    ["all, with the other line ends", lockfile.replaceAll("\n", "\r\n")],
  ])("is enough: %s", (_name, installed) => expect(isInstalled(repository(installed).root)).toBe(true));

  it.each([
    ["nothing", undefined],
    ["the tests only", head + tests + more],
    ["another version of the tour's", lockfile.replace("5.0.0", "4.0.0")],
    ["another version further down", lockfile.replace("sha512-a", "sha512-c")],
    ["another setting", lockfile.replace("true", "false")],
    ["what the lockfile has no more", `${lockfile}\n  c@3.0.0: {}\n`],
    ["no compiler", lockfile.replace(/ {2}\.:[^]*?\n\n/, "")],
  ])("is not enough: %s", (_name, installed) => expect(isInstalled(repository(installed).root)).toBe(false));

  it("is not enough without the tour's folder", () => {
    const { root } = repository(lockfile);
    rmSync(join(root, "examples/tour/node_modules"), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
});

describe("what is built", () => {
  it("is up to date where nothing is newer than the oldest package", () => {
    expect(isBuilt(repository().root)).toBe(true);
  });

  it.each([
    "packages/core/src/deep/file.ts",
    "packages/client/src/index.ts",
    "packages/core/package.json",
    "packages/client/tsconfig.cjs.json",
    "tsconfig.base.json",
    "scripts/bundle.js",
  ])("is out of date where %s is newer", (path) => {
    const { root, write } = repository();
    write(path, "", 3000);
    expect(isBuilt(root)).toBe(false);
  });

  it("is out of date where a source is gone", () => {
    const { root } = repository();
    rmSync(join(root, "packages/core/src/deep/file.ts"));
    expect(isBuilt(root)).toBe(false);
  });

  it.each(["dist", "dist/esm/index.js", "dist/cjs/package.json"])("is out of date without %s", (path) => {
    const { root } = repository();
    rmSync(join(root, "packages/client", path), { recursive: true });
    expect(isBuilt(root)).toBe(false);
  });
});

/** Runs the script with an npm and an npx that only write down what they were asked for. */
function prepare(root: string, code = 0) {
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of ["npm", "npx"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "${root}/calls"\nexit ${code}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  const output = execFileSync(process.execPath, [join(root, "scripts/prepare-demo.js")], {
    env,
    encoding: "utf8",
    stdio: "pipe",
  });
  const calls = join(root, "calls");
  return { output, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

describe("before `npm start`", () => {
  it("calls nobody where all is there", () => {
    expect(prepare(repository(head + demo + versions).root)).toEqual({ output: "", calls: [] });
  });

  it("installs what the demo needs, and builds", () => {
    const { output, calls } = prepare(repository().root);
    expect(calls).toEqual([
      "npx --yes pnpm@12.0.0 install --frozen-lockfile --trust-lockfile --filter ./packages/* --filter @fg-errors/example-tour",
      "npm run --silent build",
    ]);
    expect(output).toBe("Installing what the demo needs …\nBuilding the packages …\n");
  });

  it("installs everything where the tests are installed", () => {
    const { root, write } = repository(lockfile.replace("5.0.0", "4.0.0"));
    write("tools/node_modules/vitest", "");
    expect(prepare(root).calls[0]).toBe("npx --yes pnpm@12.0.0 install --frozen-lockfile --trust-lockfile");
  });

  it("only builds where a source has changed", () => {
    const { root, write } = repository(lockfile);
    write("packages/core/src/index.ts", "export {};", 3000);
    expect(prepare(root).calls).toEqual(["npm run --silent build"]);
  });

  it("ends with 1, and says at which command, where one fails", () => {
    expect(() => prepare(repository().root, 7)).toThrow(/"npx --yes pnpm@12\.0\.0 install [^\n]+" failed\.\n/);
  });
});

interface Lockfile {
  readonly importers: Readonly<Record<string, Dependent>>;
  readonly packages: Readonly<Record<string, { readonly os?: string[]; readonly cpu?: string[]; readonly libc?: string[] }>>;
  readonly snapshots: Readonly<Record<string, Dependent>>;
}
type Kind = "dependencies" | "devDependencies" | "optionalDependencies";
type Dependent = Partial<Record<Kind, Readonly<Record<string, string | { readonly version: string }>>>>;

it("the README says how many packages the demo installs", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const { importers, packages, snapshots } = parse(read("pnpm-lock.yaml")) as Lockfile;
  const found = new Set<string>();
  const follow = (dependent: Dependent = {}) => {
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const)
      for (const [name, value] of Object.entries(dependent[kind] ?? {})) {
        const version = typeof value === "string" ? value : value.version;
        const key = [`${name}@${version}`, version].find((each) => Object.hasOwn(snapshots, each));
        const { os, cpu, libc } = packages[key?.split("(")[0] ?? ""] ?? {};
        const fits =
          (os ?? ["linux"]).includes("linux") && (cpu ?? ["x64"]).includes("x64") && (libc ?? ["glibc"]).includes("glibc");
        if (key === undefined || !fits || found.has(key)) continue;
        found.add(key);
        follow(snapshots[key]);
      }
  };
  for (const [path, importer] of Object.entries(importers))
    if (/^(\.|examples\/tour|packages\/\w+)$/.test(path)) follow(importer);
  expect(read("README.md")).toContain(` ${found.size} packages `);
});

// The built adapters load only what they need: an event function pays for it at every cold start, a gateway at every start.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = new URL("../", import.meta.url).pathname;

/** Prints which files and which of Node's own modules a new process has loaded once it has run the code. */
async function loadedBy(code: string): Promise<{ readonly files: readonly string[]; readonly own: readonly string[] }> {
  const print = `console.log(JSON.stringify({ files: Object.keys(require.cache), own: process.moduleLoadList }))`;
  const { stdout } = await run(process.execPath, ["--input-type=commonjs", "--eval", `${code}; ${print}`], { cwd: folder });
  return JSON.parse(stdout) as { files: string[]; own: string[] };
}

/** The folders of core's sources that bundled files are made of: the bundler names each source in a comment. */
function layersIn(files: readonly string[]): readonly string[] {
  const sources = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/^\/\/ src\/([\w-]+)\/\S+\.ts$/gm)]);
  return [...new Set(sources.map(([, layer]) => layer!))].toSorted();
}

const inCore = (files: readonly string[]) => {
  const core = realpathSync(`${folder}../packages/core`);
  return files.filter((file) => file.startsWith(`${core}/dist/`));
};

/** Lists modules of Node's that take a millisecond or more each, and that are needed for few errors or few servers. */
const slowModules = ["crypto", "http2", "perf_hooks", "zlib"];

describe("the function adapter", () => {
  it("loads the layers that know of no server, and no other", async () => {
    const { files } = await loadedBy(`require("@fg-errors/functiongraph")`);
    expect(layersIn(inCore(files))).toEqual([
      "contract",
      "http",
      "invocation",
      "problem",
      "proxy-errors",
      "recognisers",
      "reply",
      "responder",
      "util",
    ]);
  });

  it("loads none of Node's modules that are slow to load", async () => {
    const { own } = await loadedBy(`require("@fg-errors/functiongraph")`);
    expect(slowModules.filter((name) => own.includes(`NativeModule ${name}`))).toEqual([]);
  });

  it("loads few files", async () => {
    const { files } = await loadedBy(`require("@fg-errors/functiongraph")`);
    expect(files.length).toBeLessThanOrEqual(5);
  });
});

describe.each(["express", "koa"])("the adapter for %s", (framework) => {
  it("loads the layers that know of a server", async () => {
    const { files } = await loadedBy(`require("@fg-errors/${framework}")`);
    expect(layersIn(inCore(files))).toEqual(expect.arrayContaining(["interceptor", "node", "proxy", "relay", "server"]));
  });

  it("loads few files", async () => {
    const { files } = await loadedBy(`require("@fg-errors/${framework}")`);
    expect(files.length).toBeLessThanOrEqual(7);
  });

  it("loads none of Node's modules that are slow to load and that few gateways need", async () => {
    const { own } = await loadedBy(`require("@fg-errors/${framework}")`);
    expect(slowModules.filter((name) => own.includes(`NativeModule ${name}`))).toEqual([]);
  });
});

it("the check itself finds Node's modules", async () => {
  const { own } = await loadedBy(slowModules.map((name) => `require("node:${name}")`).join("; "));
  expect(own).toEqual(expect.arrayContaining(slowModules.map((name) => `NativeModule ${name}`)));
});

/** An error reply that is still coded, which node:zlib has to be loaded for, and a call that rejects at once. */
const calls = `
async function calls({ toInvocation, upstream }) {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
  const failing = upstream(Promise.reject(refused));
  const body = require("node:zlib").gzipSync(JSON.stringify({ message: "No such order" }));
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const coded = upstream(new Response(body, { status: 404, headers }), { relayStatuses: [404] });
  for (const { reason } of await Promise.allSettled([failing, coded])) console.log(JSON.parse(toInvocation(reason, {}, { onError() {} }).body).detail);
}`;

it.each([
  ["commonjs", `calls(require("@fg-errors/functiongraph"));`],
  ["module", `await calls(await import("@fg-errors/functiongraph"));`],
])("upstream() reads coded replies as %s", async (type, code) => {
  const load = `${type === "module" ? 'import { createRequire } from "node:module"; const require = createRequire("/");' : ""}${calls}${code}`;
  const { stdout, stderr } = await run(process.execPath, [`--input-type=${type}`, "--eval", load], { cwd: folder });
  expect(stdout).toBe("An upstream server could not be reached or gave no valid answer.\nNo such order\n");
  expect(stderr).toBe("");
});

it("CommonJS files are strict, as modules are", () => {
  const packages = `${folder}../packages`;
  const files = readdirSync(packages).flatMap((name) => {
    const dist = `${packages}/${name}/dist/cjs/`;
    return readdirSync(dist, { recursive: true, encoding: "utf8" }).flatMap((file) =>
      file.endsWith(".js") ? [dist + file] : [],
    );
  });
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !/^(?:#!.*\n)?"use strict";\n/.test(readFileSync(file, "utf8")))).toEqual([]);
});

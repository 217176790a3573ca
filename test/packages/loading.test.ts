// The built function adapter loads only what it needs: an event function pays for it at every cold start.
import { execFile } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
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

  it("loads neither node:zlib, node:http2 nor node:crypto", async () => {
    const { own } = await loadedBy(`require("@fg-errors/functiongraph")`);
    expect(own).toContain("NativeModule http");
    expect(own).not.toContain("NativeModule crypto");
    expect(own).not.toContain("NativeModule zlib");
    expect(own).not.toContain("NativeModule http2");
  });

  it("loads few files", async () => {
    const { files } = await loadedBy(`require("@fg-errors/functiongraph")`);
    expect(files.length).toBeLessThanOrEqual(6);
  });
});

it("the check itself finds what a gateway loads", async () => {
  const { files, own } = await loadedBy(`require("@fg-errors/express")`);
  expect(layersIn(inCore(files))).toEqual(expect.arrayContaining(["interceptor", "node", "proxy", "relay", "server"]));
  expect(own).toContain("NativeModule http2");
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

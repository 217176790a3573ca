// What the client costs an application, and the process that runs it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { patience } from "../patience.js";
import { bundleClient } from "./bundle-client.js";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;

it("has at most 1500 octets, minified and compressed", async () => {
  const bundle = await bundleClient();
  const { length } = gzipSync(bundle, { level: 9 });
  expect(length).toBeLessThanOrEqual(1500);
  expect(length).toBeGreaterThan(1000); // not an empty module
});

it("leaves out what an application does not import", async () => {
  const contents = `export { createGuards } from "@fg-errors/client";`;
  const bundle = await bundleClient({ stdin: { contents, resolveDir: here(".") } });
  expect(bundle).not.toContain("retry-after");
  expect(gzipSync(bundle).length).toBeLessThan(400);
});

describe.each([
  ["this one", process.execPath],
  ["20.15.1", here("../node_modules/node-20.15/bin/node")],
  ["26", here("../node_modules/node-26/bin/node")],
])("Node: %s", (_name, node) => {
  it("may end while a body stalls", async () => {
    const script = `${await bundleClient()}
      const stalled = new Response(new ReadableStream(), { status: 500 });
      process.on("exit", () => console.log("ended"));
      readProblemOf(stalled, { timeout: 2 ** 31 }).then(() => console.log("read"));`;
    const exported = /export\{.*\b([\w$]+) as readProblem\b.*\};/.exec(script)!;
    const code = script.replace(exported[0], `const readProblemOf = ${exported[1]};`);
    const { stdout, stderr } = await run(node, ["--input-type=module", "--eval", code], { timeout: patience });
    expect(stdout + stderr).toBe("ended\n");
  });
});

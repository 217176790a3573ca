// The packed packages, as ES modules and as CommonJS, under the oldest Node that is supported and a current LTS.
import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience } from "../patience.js";
import { packageNames } from "../repo/sources.js";
import { unpackPackages } from "../unpack.js";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;

/**
 * Serves one failing request with each host, then prints what it answered, the code that the client reads, and what telemetry counts. Neither
 * library that telemetry takes is installed.
 */
const smoke = `
async function smoke({ client, testing, core, express, functiongraph, koa, telemetry, frameworks, thrown }) {
  const answers = [];
  const counted = [];
  const counter = { inc: ({ status, type }) => void counted.push(status + " " + type) };
  const stop = telemetry.prometheus({ Counter: class {}, register: { getSingleMetric: () => counter } });
  const visit = (listen) => new Promise((resolve, reject) => {
    const server = listen(async () => {
      try {
        const reply = await fetch("http://127.0.0.1:" + server.address().port + "/orders/17");
        const { code } = await client.readProblem(reply.clone());
        const faults = await testing.problemFaults(reply, { status: 409 });
        answers.push([reply.status, await reply.json(), code, faults]);
        resolve();
      } catch (error) { reject(error); } finally { server.close(); server.closeAllConnections(); }
    });
  });
  const fail = () => { throw thrown; };
  await visit((then) => frameworks.express().use(fail).use(express.fgErrors()).listen(0, "127.0.0.1", then));
  await visit((then) => new frameworks.koa().use(koa.fgErrors()).use(fail).listen(0, "127.0.0.1", then));
  const result = await functiongraph.fgErrors(fail)({ path: "/orders/17" }, {});
  answers.push([result.statusCode, JSON.parse(result.body)]);
  answers.push(core.normalizeError(thrown).status);
  stop();
  answers.push(counted, telemetry.serializeProblem(core.normalizeError(thrown)).code);
  console.log(JSON.stringify(answers));
}`;

const esm = `import * as client from "@fg-errors/client";
import * as testing from "@fg-errors/contract/testing";
import * as core from "@fg-errors/core";
import * as express from "@fg-errors/express";
import * as functiongraph from "@fg-errors/functiongraph";
import * as koa from "@fg-errors/koa";
import * as telemetry from "@fg-errors/telemetry";
import expressFramework from "express";
import koaFramework from "koa";
${smoke}
await smoke({ client, testing, core, express, functiongraph, koa, telemetry, frameworks: { express: expressFramework, koa: koaFramework }, thrown: core.problem(409, "Already paid") });`;

const cjs = `const [client, testing, core, express, functiongraph, koa, telemetry] = ["client", "contract/testing", "core", "express", "functiongraph", "koa", "telemetry"].map((name) => require("@fg-errors/" + name));
${smoke}
smoke({ client, testing, core, express, functiongraph, koa, telemetry, frameworks: { express: require("express"), koa: require("koa") }, thrown: core.problem(409, "Already paid") });`;

/** An error of the CommonJS copy, answered by the ES module copy; both copies of telemetry count it once. */
const mixed = esm
  .replace("koa, telemetry, frameworks: {", "koa, telemetry: { ...telemetry, prometheus: both }, frameworks: {")
  .replace(
    "\nawait smoke(",
    `
const other = createRequire(import.meta.url)("@fg-errors/telemetry");
const both = (client) => {
  const stops = [telemetry.prometheus(client), other.prometheus(client)];
  return () => stops.forEach((stop) => stop());
};
await smoke(`,
  )
  .replace(
    'thrown: core.problem(409, "Already paid")',
    'thrown: createRequire(import.meta.url)("@fg-errors/core").problem(409, "Already paid")',
  )
  .replace("import", 'import { createRequire } from "node:module";\nimport');

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "packed-")));
  const modules = join(folder, "node_modules");
  await unpackPackages(packageNames, (name) => join(modules, "@fg-errors", name));
  for (const name of ["express", "koa", "structured-headers", "yaml"])
    await symlink(await realpath(here(`../node_modules/${name}`)), join(modules, name));
  await writeFile(join(folder, "smoke.mjs"), esm);
  await writeFile(join(folder, "smoke.cjs"), cjs);
  await writeFile(join(folder, "mixed.mjs"), mixed);
  await writeFile(join(folder, "contract.mjs"), 'export { rfc9110 } from "@fg-errors/core";');
});

afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ["20.15.1", here("../node_modules/node-20.15/bin/node")],
  ["26", here("../node_modules/node-26/bin/node")],
])("Node %s", (version, node) => {
  it.each(["smoke.mjs", "smoke.cjs", "mixed.mjs"])("runs %s", async (script) => {
    expect((await run(node, ["--version"])).stdout).toContain(`v${version}`);
    const { stdout, stderr } = await run(node, [join(folder, script)], { timeout: patience });
    const counted = ["409 FSS.0409", "409 FSS.0409", "409 FSS.0409"];
    const body = { status: 409, detail: "Already paid", instance: "/orders/17", error_code: "FSS.0409" };
    expect(JSON.parse(stdout)).toMatchObject([
      [409, body, "FSS.0409", []],
      [409, body, "FSS.0409", []],
      [409, body],
      409,
      counted,
      "FSS.0409",
    ]);
    expect(stderr).toBe("");
  });

  it("runs the command fg-errors", async () => {
    const command = join(folder, "node_modules/@fg-errors/contract/dist/esm/cli.js");
    const { stdout } = await run(node, [command, "export", join(folder, "contract.mjs"), "--format", "json"], {
      timeout: patience,
    });
    expect(JSON.parse(stdout)).toMatchObject({ name: "rfc9110" });
  });
});

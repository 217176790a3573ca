// pnpm bench [part...] [--rounds 15] [--only text] [--json file]: what fg-errors costs, beside its peers. Parts: cpu, instructions,
// micro, memory; all by default. --only takes the scenarios, errors or gateways whose name has the text.
import { readdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { measureInstructions } from "./instructions.js";
import { measureMemory } from "./memory.js";
import { measureMicro, most } from "./micro.js";
import { printTable, printVerdicts } from "./report.js";
import { measureCpu } from "./rounds.js";

/** @typedef {import("./types.js").PartResult} PartResult */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    only: { type: "string", default: "" },
    json: { type: "string" },
  },
});
const options = { rounds: Number(values.rounds), only: values.only };
if (!Number.isInteger(options.rounds) || options.rounds < 1) throw new Error("--rounds takes a number from 1");
const scenarios = (await allScenarios()).filter(({ name }) => name.includes(options.only));

/** @type {Record<string, () => Promise<PartResult>>} */
const parts = {
  cpu: () => measureCpu(scenarios, options),
  instructions: () => measureInstructions(scenarios, options),
  micro,
  memory: () => measureMemory(options),
};

const wanted = positionals.length > 0 ? positionals : Object.keys(parts);
for (const name of wanted) if (!parts[name]) throw new Error(`${name} is no part of the bench: ${Object.keys(parts).join(", ")}`);

/** @type {Record<string, PartResult>} */
const results = {};
console.log(`Node ${process.version}, ${options.rounds} rounds`);
for (const name of wanted) {
  const result = await parts[name]?.();
  if (!result) continue;
  results[name] = result;
  result.tables.forEach(printTable);
}
printVerdicts(Object.values(results).flatMap(({ verdicts }) => verdicts));
if (values.json)
  await writeFile(values.json, `${JSON.stringify({ node: process.version, ...options, ...results }, undefined, 2)}\n`);

/** @returns {Promise<import("./types.js").Scenario[]>} */
async function allScenarios() {
  const folder = new URL("scenarios/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".js")).toSorted();
  const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return modules.flatMap((module) => module.scenarios);
}

/** @returns {Promise<PartResult>} */
async function micro() {
  const rows = await measureMicro(options);
  const columns = ["in this process", "normalizeError", "respond", "functiongraph"];
  return {
    tables: [
      {
        title: "Microseconds, of the fastest batch",
        columns,
        rows: rows.map((row) => [row.what, row.normalize, row.problem, row.functiongraph]),
      },
    ],
    verdicts: rows
      .filter(({ isTarget }) => isTarget)
      .map(({ what, normalize }) => ({
        what: `normalizeError(), ${what}`,
        met: normalize < most,
        measured: `${normalize.toFixed(2)} microseconds`,
        most: `${most}`,
        noise: "",
      })),
  };
}

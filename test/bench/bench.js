// pnpm bench [part...] [--rounds 15] [--only text] [--json file]: what fg-errors costs, beside its peers. Parts: cpu, instructions,
// micro, memory, load, series; all by default. --only takes the scenarios, errors, gateways or entry points whose name has the text. Of the rounds,
// instructions make three at most; micro and memory have their own.
import { readdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { assertCanCount, measureInstructions } from "./instructions.js";
import { measureLoadTime } from "./load-time.js";
import { measureMemory } from "./memory.js";
import { measureMicro } from "./micro.js";
import { printTable, printChecks } from "./report.js";
import { measureCpu } from "./rounds.js";
import { measureSeries } from "./series.js";

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

/** @type {Record<string, () => AsyncIterable<PartResult>>} each gives its results as they come: what fails later costs none of them */
const parts = {
  cpu: () => measureCpu(scenarios, options),
  instructions: () => measureInstructions(scenarios, options),
  micro: () => measureMicro(options),
  memory: () => measureMemory(options),
  load: () => measureLoadTime(options),
  series: () => measureSeries(options),
};

const wanted = positionals.length > 0 ? positionals : Object.keys(parts);
for (const name of wanted)
  if (!Object.hasOwn(parts, name)) throw new Error(`${name} is no part of the bench: ${Object.keys(parts).join(", ")}`);
if (wanted.includes("instructions")) assertCanCount();

/** @type {Record<string, PartResult>} */
const results = {};
console.log(`Node ${process.version}, ${options.rounds} rounds`);
try {
  for (const part of wanted)
    for await (const { tables, checks } of parts[part]?.() ?? []) {
      const before = results[part] ?? { tables: [], checks: [] };
      results[part] = { tables: [...before.tables, ...tables], checks: [...before.checks, ...checks] };
      tables.forEach(printTable);
    }
  if (Object.keys(results).length === 0) throw new Error(`nothing that is measured has "${options.only}" in its name`);
} finally {
  printChecks(Object.values(results).flatMap(({ checks }) => checks));
  if (values.json)
    await writeFile(values.json, `${JSON.stringify({ node: process.version, ...options, ...results }, undefined, 2)}\n`);
}

/** @returns {Promise<import("./types.js").Scenario[]>} */
async function allScenarios() {
  const folder = new URL("scenarios/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".js")).toSorted();
  const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return modules.flatMap((module) => module.scenarios);
}

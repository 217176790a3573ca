// pnpm bench [part...] [--rounds 15] [--scale 1] [--only text] [--json folder] [--note text]: what fg-errors costs, beside its peers.
// Parts: cpu, instructions, micro, memory, load, series; all by default. --only takes the scenarios, errors, gateways or entry points whose name
// has the text. --scale 0.5 makes half of the requests. --json writes the results of each part into a file of that folder, as they come. Of the
// rounds, instructions make three at most; micro and memory have their own. pnpm bench draw: writes the tables and plots of
// docs/performance.md from the JSON in results/.
import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { assertCanCount, measureInstructions, mostRepeats } from "./instructions.js";
import { measureLoadTime } from "./load-time.js";
import { measureMemory } from "./memory.js";
import { measureMicro } from "./micro.js";
import { drawFiles } from "./page/draw-files.js";
import { printTable, printChecks } from "./report.js";
import { describeRun, openResults } from "./results.js";
import { measureCpu } from "./rounds.js";
import { measureSeries } from "./series.js";

/** @typedef {import("./types.js").PartResult} PartResult */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    note: { type: "string", default: "" },
    json: { type: "string" },
  },
});
const options = { rounds: Number(values.rounds), scale: Number(values.scale), only: values.only, note: values.note };
if (!Number.isInteger(options.rounds) || options.rounds < 1) throw new Error("--rounds takes a number from 1");
if (!(options.scale > 0)) throw new Error("--scale takes a number above 0");
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
/** Rounds of those that do not make as many as they are told. @type {Record<string, number | null>} */
const ownRounds = { instructions: Math.min(options.rounds, mostRepeats), micro: null, memory: null };
/** Those that measure all rows of a table at once. */
const whole = new Set(["micro", "memory", "load"]);

if (positionals.join() === "draw") drawFiles();
else await measureParts(positionals.length > 0 ? positionals : Object.keys(parts));

/** @param {readonly string[]} wanted */
async function measureParts(wanted) {
  for (const name of wanted) {
    if (!Object.hasOwn(parts, name)) throw new Error(`${name} is no part of the bench: ${Object.keys(parts).join(", ")}`);
    if (values.json && options.only && whole.has(name)) throw new Error(`--json takes ${name} as a whole, without --only`);
  }
  if (wanted.includes("instructions")) assertCanCount();
  console.log(`Node ${process.version}, ${options.rounds} rounds`);
  const checks = [];
  let count = 0;
  for (const part of wanted)
    try {
      for await (const result of measurePart(part)) {
        result.tables.forEach(printTable);
        checks.push(...result.checks);
        count++;
      }
    } catch (failure) {
      console.error(`${part} was not measured to its end:`, failure);
      process.exitCode = 1;
    }
  printChecks(checks);
  if (count === 0) throw new Error(`nothing was measured that has "${options.only}" in its name`);
}

/** @param {string} part */
async function* measurePart(part) {
  const file = values.json ? openResults(values.json, part) : undefined;
  const made = Object.hasOwn(ownRounds, part) && { rounds: ownRounds[part] ?? null };
  for await (const result of parts[part]?.() ?? []) {
    file?.add({ run: describeRun({ ...options, ...made }), ...result });
    yield result;
  }
  if (!options.only && process.exitCode === undefined) file?.dropOthers();
}

/** @returns {Promise<import("./types.js").Scenario[]>} */
async function allScenarios() {
  const folder = new URL("scenarios/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".js")).toSorted();
  const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return modules.flatMap((module) => module.scenarios);
}

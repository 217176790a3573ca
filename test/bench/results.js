// The results of the bench: one JSON file for each part. Each result says when and on what it was measured, so that one can be measured anew.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./types.js").PartResult} PartResult */

/** What docs/performance.md is drawn from. */
export const committed = fileURLToPath(new URL("results/", import.meta.url));

/**
 * Reads the results of each part that the folder has.
 * @param {string} folder
 * @returns {Record<string, Result[]>}
 */
export function readResults(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    names.toSorted().map((name) => [name.slice(0, -".json".length), JSON.parse(readFileSync(join(folder, name), "utf8"))]),
  );
}

/**
 * Writes the results of a part as they come, so that what ends the bench loses none that it had.
 * @param {string} folder
 * @param {string} part
 */
export function openResults(folder, part) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${part}.json`);
  let results = readResults(folder)[part] ?? [];
  /** @type {Set<Result>} */
  const added = new Set();
  const write = () => writeFileSync(file, textOf(results));
  return {
    /** Replaces what was measured under the same titles before. @param {Result} result */
    add(result) {
      const titles = new Set(result.tables.map(({ title }) => title));
      const isSame = (/** @type {Result} */ { tables }) => tables.some(({ title }) => titles.has(title));
      const at = results.findIndex(isSame);
      const others = results.filter((other) => !isSame(other));
      results = at === -1 ? [...results, result] : others.toSpliced(at, 0, result);
      added.add(result);
      write();
    },
    /** Drops what this run has not measured: it is no longer in the bench. */
    dropOthers() {
      results = results.filter((result) => added.has(result));
      write();
    },
  };
}

/**
 * Describes the run that gives a result.
 * @param {Pick<import("./types.js").Run, "rounds" | "scale" | "note">} made
 * @returns {import("./types.js").Run}
 */
export function describeRun({ rounds, scale, note }) {
  const [processor] = cpus();
  return {
    date: new Date().toISOString(),
    node: process.version,
    processor: `${processor?.model.trim() || process.arch}, ${cpus().length} cores`,
    rounds,
    scale,
    load: loadavg()[0] ?? 0,
    ...(note && { note }),
  };
}

/**
 * Each row of a table is one line. Seven digits are more than any result is good for.
 * @param {readonly Result[]} results
 */
function textOf(results) {
  const rounded = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "number" ? Number(value.toPrecision(7)) : value;
  const innermost = /\[\s+(?:"(?:\\.|[^"\\])*"|[^"[\]{}])*\]/g;
  const onOneLine = (/** @type {string} */ list) => list.replaceAll(/\n\s*/g, " ").replaceAll(/^\[ | \]$/g, (end) => end.trim());
  return `${JSON.stringify(results, rounded, 2).replaceAll(innermost, onOneLine)}\n`;
}

// `pnpm bench --json folder` writes what it has measured as it comes, so that what ends the bench loses none of it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { measureEach } from "../bench/measure-each.js";
import { drawLines } from "../bench/page/lines.js";
import { describeRun, openResults, readResults } from "../bench/results.js";

const run = describeRun({ rounds: 3, scale: 0.5, note: "a test" });
const result = (title: string, value: number) => ({
  run,
  tables: [{ title, columns: ["what", "microseconds"], rows: [["ours, [all]", value]] }],
  checks: [],
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const valuesIn = (folder: string) =>
  (readResults(folder)["cpu"] ?? []).flatMap(({ tables }) => tables.map(({ title, rows }) => [title, rows[0]?.[1]]));

it("writes each result at once", () => {
  const folder = join(newFolder(), "results");
  const file = openResults(folder, "cpu");
  file.add(result("one", 1));
  expect(valuesIn(folder)).toEqual([["one", 1]]);
  file.add(result("two", 2));
  expect(valuesIn(folder).map(([title]) => title)).toEqual(["one", "two"]);
});

it("replaces what is measured anew, in its place, and keeps the rest until the part is through", () => {
  const folder = newFolder();
  const first = openResults(folder, "cpu");
  for (const title of ["one", "two", "gone"]) first.add(result(title, 1));
  const second = openResults(folder, "cpu");
  second.add(result("one", 2));
  expect(valuesIn(folder)).toEqual([
    ["one", 2],
    ["two", 1],
    ["gone", 1],
  ]);
  second.add(result("two", 2));
  second.dropOthers();
  expect(valuesIn(folder)).toEqual([
    ["one", 2],
    ["two", 2],
  ]);
});

it("writes a row on a line, with seven digits", () => {
  const folder = newFolder();
  openResults(folder, "cpu").add(result("one", 1 / 3));
  expect(readFileSync(join(folder, "cpu.json"), "utf8")).toContain('["ours, [all]", 0.3333333]');
  expect(readResults(folder)["cpu"]![0]!.run).toEqual({ ...run, load: expect.any(Number) as number });
});

it("measures the others where one fails", async () => {
  const code = process.exitCode;
  const { error } = console;
  onTestFinished(() => {
    console.error = error;
    process.exitCode = code;
  });
  const said: unknown[] = [];
  console.error = (text) => said.push(text);
  const measured = [];
  const each = measureEach([{ name: "one" }, { name: "two" }, { name: "three" }], async ({ name }) => {
    if (name === "two") throw new Error("its upstream ended");
    return result(name, 1);
  });
  for await (const { tables } of each) measured.push(tables[0]!.title);
  expect(process.exitCode).toBe(1);
  expect(measured).toEqual(["one", "three"]);
  expect(said).toEqual(["two was not measured:"]);
});

it("draws each size of a series at its height, and the names of two lines apart", () => {
  const rows = [
    ["10", "100", "20"],
    ["1000", "50", "50"],
  ];
  const svg = drawLines("Lines", [{ title: "Routes", columns: ["routes", "theirs", "ours"], rows }], {});
  const heights = [...svg.matchAll(/<circle class="own" cx="\d+" cy="(\d+)"/g)].map(([, y]) => Number(y));
  const others = [...svg.matchAll(/<path class="other" d="M\d+ (\d+)L\d+ (\d+)"/g)].flatMap(([, ...ys]) => ys.map(Number));
  expect(heights[0]).toBeGreaterThan(heights[1]!);
  expect(others[0]).toBeLessThan(others[1]!);
  expect(others[1]).toBe(heights[1]);
  const named = [...svg.matchAll(/y="([\d.]+)">(?:theirs|ours)</g)].map(([, y]) => Number(y));
  expect(Math.abs(named[0]! - named[1]!)).toBeGreaterThanOrEqual(15);
  expect(svg).toContain("Routes: 10 routes: theirs 100, ours 20; 1000 routes: theirs 50, ours 50.");
});

// The tables and plots of docs/performance.md are what the committed results of the bench give. `pnpm bench draw` writes them anew.
import { describe, expect, it } from "vitest";
import { plotNames } from "../bench/page/draw-files.js";
import { drawPage } from "../bench/page/draw-page.js";
import { regions } from "../bench/page/regions.js";
import { committed, readResults } from "../bench/results.js";
import { read } from "./markdown.js";

const text = read("docs/performance.md");
const results = readResults(committed);
const drawn = drawPage(text, results);

describe("docs/performance.md", () => {
  it("is what the results give", () => {
    expect(text).toBe(drawn.page);
  });

  it("has the plots that the results give, and no other", () => {
    expect(plotNames().toSorted()).toEqual([...drawn.images.keys()].toSorted());
    for (const [name, svg] of drawn.images) expect(read(`docs/images/${name}`), name).toBe(svg);
  });

  it("loses what is written into a region by hand", () => {
    expect(drawPage(text.replace(/(<!-- bench: .+ -->\n)/g, "$1faster\n"), results).page).toBe(text);
  });

  it("has a region for each result, and a result for each region", () => {
    const extra = { ...results["load"]![0]!, tables: [{ title: "Walking, by foot", columns: ["", "km"], rows: [["one", 1]] }] };
    expect(() => drawPage(text, { ...results, load: [...results["load"]!, extra] })).toThrow("no region shows Walking, by foot");
    for (const [name, { part }] of Object.entries(regions))
      expect(() => drawPage(text, { ...results, [part]: [] }), name).toThrow(`results/${part}.json has nothing for the region`);
    expect(() => drawPage(text.replace("<!-- bench: load -->", "<!-- bench: loaded -->"), results)).toThrow(
      'the bench has no region "loaded"',
    );
    expect(() => drawPage(text.replace("<!-- bench: load -->", ""), results)).toThrow("the page has no region load");
  });

  it("says of each result when, on what and how often it was measured", () => {
    for (const { run } of Object.values(results).flat())
      expect(run).toMatchObject({
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        node: expect.stringMatching(/^v\d/) as string,
        processor: expect.any(String) as string,
      });
    expect(text.match(/^Measured \d{4}-\d\d-\d\d: Node v/gm)).toHaveLength(Object.keys(regions).length);
  });

  it("names every column", () => {
    const heads = [...text.matchAll(/^(\|.*\|)\n\| ---/gm)].map(([, head]) => head!);
    expect(heads.length).toBeGreaterThan(Object.keys(regions).length);
    expect(heads.filter((head) => /\|\s*\|/.test(head))).toEqual([]);
  });

  it("counts the targets that are met", () => {
    const checks = Object.values(results).flatMap((part) => part.flatMap(({ checks }) => checks));
    expect(text).toContain(`\n${checks.filter(({ met }) => met).length} of ${checks.length} targets are met.\n`);
    expect(text.match(/\| \*\*missed\*\* \|$/gm) ?? []).toHaveLength(checks.filter(({ met }) => !met).length);
  });
});

describe.each([...drawn.images])("docs/images/%s", (_name, svg) => {
  it("has its text for those who do not see it, and colours for light and dark", () => {
    expect(svg).toContain('role="img" aria-labelledby="title description"');
    expect(/<title id="title">(.+)<\/title>/.exec(svg)![1]!.length).toBeGreaterThan(20);
    expect(/<desc id="description">(.+)<\/desc>/.exec(svg)![1]).toMatch(/\d/);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

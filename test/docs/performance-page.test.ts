// The plots of docs/performance.md are drawn from the tables beside them. `vitest run test/docs/performance-page.test.ts -u` draws them anew.
import { expect, it } from "vitest";
import { drawBars, type BenchTable } from "./bars.js";
import { read } from "./markdown.js";

const text = read("docs/performance.md");

const scenarios = ["thrown 404 of its own", "plain Error", "unmatched", "5 invalid fields"];
const replies = ["small 200", "1 MiB 200", "upstream 500 HTML", "upstream refused"];

/** Each plot, the columns that it shows, and where its bars begin. */
const plots: readonly { readonly name: string; readonly columns: readonly string[]; readonly from?: number }[] = [
  { name: "express", columns: scenarios },
  { name: "koa", columns: scenarios },
  { name: "instructions", columns: ["ratio"], from: 0.9 },
  { name: "proxy", columns: replies },
  { name: "relay", columns: replies },
];

const rowsOf = (lines: string) =>
  lines.split("\n").map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

/** Reads the picture's text and the table that follows a mark. */
function plotted(name: string): BenchTable {
  const [, title, table] = new RegExp(`<!-- plot -->\\n!\\[(.+)\\]\\(images/bench-${name}\\.svg\\)\\n\\n((?:\\|.*\\|\\n)+)`).exec(
    text,
  )!; // the name is one of the above
  const [columns = [], , ...rows] = rowsOf(table!.trim());
  return { title: title!, columns, rows };
}

it.each(plots)("docs/images/bench-$name.svg shows the table below it", async ({ name, columns, from }) => {
  const table = plotted(name);
  for (const column of columns) expect(table.columns).toContain(column);
  const ours = /^ours|^fgProxy\(\)|^relay\(\)|^Express,|^Koa,/;
  await expect(drawBars(table, columns, ours, from)).toMatchFileSnapshot(`../../docs/images/bench-${name}.svg`);
});

it("has no other plots", () => {
  const shown = [...text.matchAll(/<!-- plot -->\n!\[.+\]\(images\/bench-(.+)\.svg\)/g)].map(([, name]) => name);
  expect(shown).toEqual(plots.map(({ name }) => name));
});

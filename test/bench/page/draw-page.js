// docs/performance.md and its plots, from the JSON of the bench: what stands between <!-- bench: name --> and <!-- /bench --> is replaced.
import { regions } from "./regions.js";

/** @typedef {import("../types.js").Result} Result */
/** @typedef {import("./types.js").Grid} Grid */
/** @typedef {import("./types.js").Region} Region */

/**
 * @param {string} page
 * @param {Readonly<Record<string, readonly Result[]>>} results by part
 * @returns {{ page: string, images: Map<string, string> }} the page, and the plots by the names of their files
 * @throws Error where the page and the table of regions do not agree, or a result is missing or is not shown
 */
export function drawPage(page, results) {
  const missing = new Set([...Object.keys(regions), "targets"]);
  const unseen = new Set(Object.values(results).flatMap((all) => all.flatMap(({ tables }) => tables.map(({ title }) => title))));
  /** @type {Map<string, string>} */
  const images = new Map();
  const drawn = page.replaceAll(/(<!-- bench: (.+) -->\n)[^]*?(<!-- \/bench -->)/g, (_, start, name, end) => {
    if (!missing.delete(name)) throw new Error(`the bench has no region "${name}", or the page has it twice`);
    const region = regions[name];
    return `${start}\n${region ? drawRegion(name, region) : drawTargets(results)}\n${end}`;
  });
  if (missing.size > 0) throw new Error(`the page has no region ${[...missing].join("; ")}`);
  if (unseen.size > 0) throw new Error(`no region shows ${[...unseen].join("; ")}`);
  return { page: drawn, images };

  /**
   * @param {string} name
   * @param {Region} region
   */
  function drawRegion(name, { part, titles, tabulate, plot }) {
    const shown = (results[part] ?? []).filter(({ tables }) => tables.some(({ title }) => titles.test(title)));
    if (shown.length === 0) throw new Error(`results/${part}.json has nothing for the region "${name}"`);
    const tables = shown.flatMap(({ tables }) => tables).filter(({ title }) => titles.test(title));
    for (const { title } of tables) unseen.delete(title);
    const grids = tabulate(tables.map((table) => ({ ...table, name: titles.exec(table.title)?.[1] ?? table.title })));
    if (plot) images.set(`bench-${plot.name}.svg`, plot.draw(plot.alt, grids));
    return [
      ...(plot ? [`![${plot.alt} The table below has the numbers.](images/bench-${plot.name}.svg)\n`] : []),
      ...grids.flatMap((grid) => [...(grids.length > 1 ? [`${grid.title}:\n`] : []), textOf(grid)]),
      describeRuns(shown),
    ].join("\n");
  }
}

/** @param {Readonly<Record<string, readonly Result[]>>} results */
function drawTargets(results) {
  const all = Object.values(results).flatMap((part) => part.flatMap(({ checks }) => checks));
  const parts = Object.entries(results).filter(([, part]) => part.some(({ checks }) => checks.length > 0));
  const grids = parts.map(([name, part]) => ({
    title: `By \`${name}\``,
    columns: ["what", "measured", "at most", "noise", "result"],
    rows: part.flatMap(({ checks }) =>
      checks.map(({ what, measured, most, noise, met }) => [what, measured, most, noise, met ? "met" : "**missed**"]),
    ),
  }));
  const met = all.filter(({ met }) => met).length;
  return [`${met} of ${all.length} targets are met.\n`, ...grids.flatMap((grid) => [`${grid.title}:\n`, textOf(grid)])].join(
    "\n",
  );
}

/**
 * Writes a table as Markdown: numbers to the right.
 * @param {Grid} grid
 */
function textOf({ columns, rows }) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |\n`;
  const isNumeric = (/** @type {number} */ at) => rows.every((row) => /^(?:[-\d][\d.,]*(?: µs)?)?$/.test(row[at] ?? ""));
  const marks = columns.map((_, at) => (at > 0 && isNumeric(at) ? "--:" : "---"));
  return `${line(columns)}${line(marks)}${rows.map(line).join("")}`;
}

/**
 * Says when and on what it was measured.
 * @param {readonly Result[]} results
 */
function describeRuns(results) {
  const runs = results.map(({ run }) => run);
  const all = (/** @type {(run: import("../types.js").Run) => string | undefined} */ take) =>
    [...new Set(runs.map(take))].filter(Boolean).join(" and ");
  const loads = runs.flatMap(({ load }) => load ?? []);
  const [low, high] = [Math.min(...loads).toFixed(1), Math.max(...loads).toFixed(1)];
  const facts = [
    `${all(({ date }) => date.slice(0, 10))}: Node ${all(({ node }) => node)}`,
    all(({ processor }) => processor),
    all(({ rounds }) => (rounds === null ? undefined : `rounds: ${rounds}`)),
    all(({ scale }) => (scale === 1 ? undefined : `${scale} of the usual requests`)),
    loads.length > 0 ? `load average ${low === high ? low : `${low} to ${high}`}` : "",
    all(({ note }) => note),
  ];
  return `Measured ${facts.filter(Boolean).join(", ")}.\n`;
}

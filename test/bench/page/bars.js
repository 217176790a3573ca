import { escapeText, frame, padding, width } from "./svg.js";

/** @typedef {import("./types.js").Grid} Grid */

const [labelWidth, valueWidth, barHeight, titleHeight] = [230, 70, 20, 30];
const barWidth = width - labelWidth - valueWidth - 2 * padding;

/**
 * Draws one group of bars for each of the columns, all on one scale. A cell without a number has no bar.
 * @param {string} title
 * @param {readonly Grid[]} grids those that have a column are drawn
 * @param {{ columns: readonly string[], own?: RegExp, from?: number }} plot "own" matches the labels of ours; "from" is where the bars begin
 */
export function drawBars(title, grids, { columns, own = /^/, from = 0 }) {
  const groups = columns.flatMap((column) => grids.flatMap((grid) => groupOf(grid, column)));
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (/** @type {number} */ value) => (Math.max(0, value - from) / (most - from)) * barWidth;
  let y = padding;
  const parts = groups.map(({ column, bars }) => {
    y += titleHeight;
    const head = `<text class="title" x="${padding}" y="${y - 10}">${escapeText(column)}</text>`;
    const lines = bars.map(({ label, value, text }) => {
      const line = `<text x="${padding}" y="${y + 14}">${escapeText(label)}</text>
<rect class="${own.test(label) ? "own" : "other"}" x="${labelWidth + padding}" y="${y + 3}" width="${scale(value).toFixed(1)}" height="${barHeight - 6}"/>
<text x="${(labelWidth + padding + scale(value) + 6).toFixed(1)}" y="${y + 14}">${text}</text>`;
      y += barHeight;
      return line;
    });
    return [head, ...lines].join("\n");
  });
  const description = groups
    .map(({ column, bars }) => `${column}: ${bars.map(({ label, text }) => `${label} ${text}`).join("; ")}.`)
    .join(" ");
  return frame({ title, description, height: y + padding, parts });
}

/**
 * @param {Grid} grid
 * @param {string} column
 */
function groupOf({ columns, rows }, column) {
  const at = columns.indexOf(column);
  const bars = rows.flatMap((row) => {
    const text = row[at] ?? "";
    return text === "" || Number.isNaN(Number(text)) ? [] : [{ label: row[0] ?? "", value: Number(text), text }];
  });
  return bars.length > 0 ? [{ column, bars }] : [];
}

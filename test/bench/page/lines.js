import { escapeText, frame, padding, width } from "./svg.js";

/** @typedef {import("./types.js").Grid} Grid */
/** @typedef {{ label: string, kind: string, values: number[] }} Line */

const [left, right, titleHeight, plotHeight, axisHeight] = [60, 190, 30, 140, 40];
const plotWidth = width - left - right;
/** Pixels between the names of two lines. */
const lineHeight = 15;

/**
 * Draws a panel for each table of a series: its sizes to the right, and upward what the second column and the third count, ours last.
 * @param {string} title
 * @param {readonly Grid[]} grids
 * @param {{ logarithmic?: boolean }} plot of what is counted; sizes always are
 */
export function drawLines(title, grids, { logarithmic = false }) {
  const panelHeight = titleHeight + plotHeight + axisHeight;
  const parts = grids.map((grid, at) => drawPanel(grid, padding + at * panelHeight, logarithmic));
  const description = grids
    .map(({ title, columns, rows }) => `${title}: ${rows.map((row) => describeSize(columns, row)).join("; ")}.`)
    .join(" ");
  return frame({ title, description, height: grids.length * panelHeight + 2 * padding, parts });
}

/**
 * @param {readonly string[]} columns
 * @param {readonly string[]} row
 */
function describeSize([unit, other, own], [size, theirs, ours]) {
  return `${size} ${unit}: ${other} ${theirs}, ${own} ${ours}`;
}

/**
 * @param {Grid} grid
 * @param {number} top
 * @param {boolean} logarithmic
 */
function drawPanel({ title, columns, rows }, top, logarithmic) {
  const sizes = rows.map(([size]) => Number(size));
  const lines = /** @type {const} */ (["other", "own"]).map((kind, at) => ({
    label: columns[at + 1] ?? "",
    kind,
    values: rows.map((row) => Number(row[at + 1])),
  }));
  const ticks = ticksOf(
    lines.flatMap(({ values }) => values),
    logarithmic,
  );
  const bottom = top + titleHeight + plotHeight;
  const x = scaleOf(sizes, left, left + plotWidth, true);
  const y = scaleOf(ticks, bottom, top + titleHeight, logarithmic);
  const grid = ticks.map(
    (tick) => `<path class="grid" d="M${left} ${y(tick)}H${left + plotWidth}"/>
<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  const axis = sizes.map((size) => `<text x="${x(size)}" y="${bottom + 18}" text-anchor="middle">${size}</text>`);
  const unit = `<text x="${left + plotWidth + 14}" y="${bottom + 18}">${escapeText(columns[0] ?? "")}</text>`;
  const head = `<text class="title" x="${padding}" y="${top + 14}">${escapeText(title ?? "")}</text>`;
  const drawn = lines.map((line) => drawLine(line, sizes.map(x), line.values.map(y)));
  return [head, ...grid, ...axis, unit, ...drawn, ...nameLines(lines, y)].join("\n");
}

/**
 * Draws a line with a mark at each size: a circle for ours, a square for the other.
 * @param {Line} line
 * @param {readonly number[]} xs
 * @param {readonly number[]} ys
 */
function drawLine({ kind }, xs, ys) {
  const path = xs.map((x, at) => `${at === 0 ? "M" : "L"}${x} ${ys[at]}`).join("");
  const marks = xs.map((x, at) =>
    kind === "own"
      ? `<circle class="own" cx="${x}" cy="${ys[at]}" r="4"/>`
      : `<rect class="other" x="${x - 3.5}" y="${(ys[at] ?? 0) - 3.5}" width="7" height="7"/>`,
  );
  return [`<path class="${kind}" d="${path}"/>`, ...marks].join("\n");
}

/**
 * Names the lines at their ends, apart from each other.
 * @param {readonly Line[]} lines
 * @param {(value: number) => number} y
 */
function nameLines(lines, y) {
  const ends = lines
    .map(({ label, values }) => ({ label, at: y(values.at(-1) ?? 0) }))
    .toSorted((one, other) => one.at - other.at);
  const [upper, lower] = ends;
  if (upper && lower && lower.at - upper.at < lineHeight) {
    const middle = (upper.at + lower.at) / 2;
    [upper.at, lower.at] = [middle - lineHeight / 2, middle + lineHeight / 2];
  }
  return ends.map(({ label, at }) => `<text x="${left + plotWidth + 14}" y="${at + 4}">${escapeText(label)}</text>`);
}

/**
 * Gives the place of a value between two ends, in whole pixels.
 * @param {readonly number[]} values
 * @param {number} from
 * @param {number} to
 * @param {boolean} logarithmic
 */
function scaleOf(values, from, to, logarithmic) {
  const by = logarithmic ? Math.log : Number;
  const [least, most] = [by(Math.min(...values)), by(Math.max(...values))];
  return (/** @type {number} */ value) => Math.round(from + ((by(value) - least) / (most - least || 1)) * (to - from));
}

/**
 * Gives round numbers around all values: powers of ten, or from 0 on.
 * @param {readonly number[]} values
 * @param {boolean} logarithmic
 */
function ticksOf(values, logarithmic) {
  const most = Math.max(...values);
  if (logarithmic) {
    const [from, to] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(most))];
    return Array.from({ length: to - from + 1 }, (_, at) => Number(`1e${from + at}`));
  }
  const magnitude = 10 ** Math.floor(Math.log10(most / 4));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude * 4 >= most) ?? 10) * magnitude;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, at) => Number((at * step).toPrecision(3)));
}

/** @typedef {import("./types.js").Table} Table */
/** @typedef {import("./types.js").Check} Check */

/**
 * A table as text, numbers to the right.
 * @param {Table} table
 */
export function printTable({ title, columns, rows }) {
  const cells = [columns, ...rows].map((row) => row.map(text));
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? 0, column === 0))
      .join("  ")
      .trimEnd(),
  );
  console.log(`\n${title}\n${lines.join("\n")}`);
}

/**
 * The targets, each met or not.
 * @param {readonly Check[]} checks
 */
export function printChecks(checks) {
  if (checks.length === 0) return;
  const rows = checks.map(({ what, met, measured, most, noise }) => [
    what,
    met ? "met" : "NOT MET",
    measured,
    `at most ${most}`,
    noise,
  ]);
  printTable({ title: "Targets", columns: ["what", "", "measured", "target", "noise"], rows });
}

/** @param {string | number | null} value */
function text(value) {
  if (value === null) return "";
  return typeof value === "string" ? value : value.toFixed(value >= 1000 ? 0 : 2);
}

/**
 * @param {string} cell
 * @param {number} width
 * @param {boolean} isLabel
 */
function fit(cell, width, isLabel) {
  return isLabel || /^[^\d-]/.test(cell) ? cell.padEnd(width) : cell.padStart(width);
}

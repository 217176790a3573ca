// The tables of the page, made of those of the bench. Each function takes the tables of a region.

/** @typedef {import("./types.js").Grid} Grid */
/** @typedef {import("./types.js").NamedTable} NamedTable */
/** @typedef {string | number | null | undefined} Cell */

/**
 * One column for each scenario of CPU, one row for each contestant: multiples of the bare server, whose microseconds are given.
 * @param {readonly NamedTable[]} tables
 * @returns {Grid[]}
 */
export function tabulateScenarios(tables) {
  const labels = [...new Set(tables.flatMap(({ rows }) => rows.map(([label]) => `${label}`)))];
  const cellOf = (/** @type {NamedTable} */ { rows }, /** @type {string} */ label) => {
    const [, ratio, , , microseconds] = rows.find(([name]) => name === label) ?? [];
    return label === "bare" ? `${fixed(microseconds, 0)} µs` : fixed(ratio, 2);
  };
  const rows = ordered(labels).map((label) => [label, ...tables.map((table) => cellOf(table, label))]);
  return [{ columns: ["contestant", ...tables.map(({ name }) => name)], rows }];
}

/** Ours come last, whichever scenario has more of them. @param {readonly string[]} labels */
function ordered(labels) {
  const isOurs = (/** @type {string} */ label) => label.startsWith("ours");
  return [...labels.filter((label) => !isOurs(label)), ...labels.filter(isOurs)];
}

/**
 * One row for each contestant that is compared with the first of its scenario.
 * @param {readonly NamedTable[]} tables
 * @returns {Grid[]}
 */
export function tabulateInstructions(tables) {
  const rows = tables.flatMap(({ name, rows: [first, ...others] }) =>
    others.map(([label, own, ratio]) => [
      others.length > 1 ? `${name}, ${label}` : name,
      `${first?.[0]}`,
      grouped(first?.[1]),
      grouped(own),
      fixed(ratio, 3),
    ]),
  );
  return [{ columns: ["scenario", "beside", "its", "ours", "ratio"], rows }];
}

/**
 * One table for each series, in microseconds of CPU per request.
 * @param {readonly NamedTable[]} tables
 * @returns {Grid[]}
 */
export function tabulateSeries(tables) {
  return tables.map(({ name, columns: [unit = "", other = "", own = ""], rows }) => ({
    title: name,
    columns: [unit, ...[other, own].map((label) => label.replace(/, microseconds$/, "")), "ratio", "middle half"],
    rows: rows.map(([size, theirs, ours, ratio, low, high]) => [
      `${size}`,
      short(theirs),
      short(ours),
      fixed(ratio, 2),
      low === high ? "" : `${fixed(low, 2)} to ${fixed(high, 2)}`,
    ]),
  }));
}

/**
 * The tables as they are, with so many decimals.
 * @param {number} decimals
 */
export function tabulatePlainly(decimals) {
  return (/** @type {readonly NamedTable[]} */ tables) =>
    tables.map(({ name, columns, rows }) => ({
      title: name,
      columns,
      rows: rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : fixed(cell, decimals)))),
    }));
}

/** @param {Cell} value @param {number} decimals */
function fixed(value, decimals) {
  return typeof value === "number" ? value.toFixed(decimals) : "";
}

/** @param {Cell} value */
function short(value) {
  return fixed(value, Number(value) < 100 ? 1 : 0);
}

/** @param {Cell} value */
function grouped(value) {
  return typeof value === "number" ? Math.round(value).toLocaleString("en-GB") : "";
}

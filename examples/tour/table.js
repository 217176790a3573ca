// Prints the tour as a table that fits the terminal, in colour where a person is looking. In a narrow terminal, the cells of a row are stacked.
import { outcome, parse } from "./check.js";
import { visits } from "./visits.js";

/** Columns of the terminal from which on a row is one line. */
const wide = 110;

/** Characters of the longest method and path, with the gateway's name. */
const longestRequest = Math.max(...visits.map((visit) => requestOf(visit).length));

/** Columns where nobody says how many there are, as in a pipe. */
const unknown = 160;

/**
 * @param {{ columns?: number, isTTY?: boolean, write(text: string): unknown }} stream such as process.stdout
 * @param {Record<string, string | undefined>} [environment]
 */
export function createTable(stream, environment = process.env) {
  const columns = Math.max(30, stream.columns ?? (Number(environment["COLUMNS"]) || unknown));
  const colour = stream.isTTY && !environment["NO_COLOR"];
  const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
    colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [red, green, dim] = /** @type {const} */ ([31, 32, 2]).map(paint);
  const print = columns < wide ? stacked(columns) : inLine(columns);
  return {
    printHead() {
      stream.write(print(["REQUEST", "WHAT GOES WRONG", "WITHOUT fg-errors", "WITH fg-errors"], [dim, dim, dim, dim]));
    },
    /** @param {import("./start.js").Result} result */
    printRow({ visit, without, answer, problem }) {
      const now = problem ? `BROKEN: ${problem}` : describe(answer);
      stream.write(print([requestOf(visit), visit.wrong, describe(without), now], [String, String, dim, problem ? red : green]));
    },
  };
}

/** @param {import("./visits.js").Visit} visit */
function requestOf({ gateway, method, path }) {
  return `${gateway.padEnd(7)} ${method} ${path}`;
}

/** @typedef {((text: string) => string) | undefined} Paint */
/** @typedef {(cells: readonly string[], paints: readonly Paint[]) => string} Print */

/** @type {(columns: number) => Print} */
const inLine = (columns) => {
  const room = columns - longestRequest - 6; // and two spaces between cells
  const widths = [longestRequest, Math.floor(room * 0.3), Math.floor(room * 0.3)];
  const last = room - 2 * Math.floor(room * 0.3);
  return (cells, paints) => {
    const fitted = cells.map((cell, at) => {
      const width = widths[at];
      return width === undefined ? fit(cell, last) : fit(cell, width).padEnd(width);
    });
    return `${fitted.map((cell, at) => paints[at]?.(cell)).join("  ")}\n`;
  };
};

/** @type {(columns: number) => Print} */
const stacked = (columns) => (cells, paints) =>
  `${cells
    .map((cell, at) => fit(`${["", "  ", "  - ", "  + "][at]}${cell}`, columns))
    .map((cell, at) => paints[at]?.(cell))
    .join("\n")}\n`;

/**
 * Shortens a text to a width: at the end of a word, unless that would take half of it.
 * @param {string} text
 * @param {number} width
 */
export function fit(text, width) {
  if (text.length <= width) return text;
  const words = text.slice(0, width).replace(/\S*$/, "").trimEnd();
  const isLongWord = words.length < width / 2;
  return `${isLongWord ? text.slice(0, width - 1) : words.slice(0, width - 1).replace(/[\s,;:.]$/, "")}…`;
}

/** @param {import("./check.js").Answer} answer */
function describe(answer) {
  const { status, text, headers, cut, late } = answer;
  if (status === undefined || late || cut) return outcome(answer);
  const body = parse(text);
  if (typeof body?.error_code === "string") return `${status} ${body.error_code} ${body.detail}`;
  if (text === "") return `${status} without content`;
  const type = headers["content-type"]?.split(";")[0] ?? "no type";
  const words = text
    .replace(/<title[^]*?<\/title>|<[^>]*>|&nbsp;/g, " ")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return `${status} ${type}: ${words}`;
}

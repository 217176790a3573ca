// Prints the tour as a table; in colour where a person is looking.
import { parse } from "./check.js";

/** @typedef {import("./check.js").Answer} Answer */

const colour = process.stdout.isTTY && !process.env["NO_COLOR"];
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const red = paint(31);
const green = paint(32);
const dim = paint(2);

const widths = [33, 38, 38];

export function printHead() {
  console.log(line(["REQUEST", "WHAT GOES WRONG", "WITHOUT fg-errors", "WITH fg-errors"], [dim, dim, dim, dim]));
}

/**
 * @param {import("./visits.js").Visit} visit
 * @param {Answer} without
 * @param {Answer} answer
 * @param {string | undefined} problem
 */
export function printRow(visit, without, answer, problem) {
  const request = `${visit.gateway.padEnd(7)} ${visit.method} ${visit.path}`;
  const now = problem ? `BROKEN: ${problem}` : describe(answer);
  console.log(line([request, visit.wrong, describe(without), now], [String, String, dim, problem ? red : green]));
}

/** @param {Answer} answer */
function describe({ status, text, cut, late, headers }) {
  if (status === undefined) return late ? "no answer" : "connection closed";
  if (late) return `${status}, then nothing any more`;
  if (cut) return `${status}, then cut off`;
  const body = parse(text);
  if (typeof body?.error_code === "string") return `${status} ${body.error_code} ${body.detail}`;
  if (text === "") return `${status} without content`;
  const type = headers["content-type"]?.split(";")[0] ?? "no type";
  const words = text
    .replace(/<title[^]*?<\/title>|<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return `${status} ${type}: ${words}`;
}

/** @param {string[]} cells @param {((text: string) => string)[]} paints */
function line(cells, paints) {
  const fitted = cells.map((cell, index) => fit(cell, widths[index] ?? 60, index < cells.length - 1));
  return fitted.map((cell, index) => paints[index]?.(cell)).join("  ");
}

/** @param {string} text @param {number} width @param {boolean} pad */
function fit(text, width, pad) {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return pad ? short.padEnd(width) : short;
}

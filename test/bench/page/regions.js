// The regions of docs/performance.md: which results each shows, and how.
import { drawBars } from "./bars.js";
import { tabulateInstructions, tabulatePlainly, tabulateScenarios, tabulateSeries } from "./grids.js";
import { drawLines } from "./lines.js";

/** @typedef {import("./types.js").Region} Region */
/** @typedef {import("./types.js").Plot} Plot */

const failures = ["thrown 404 of its own", "plain Error", "unmatched", "5 invalid fields"];
const replies = ["small 200", "1 MiB 200", "upstream 500 HTML", "upstream refused"];

/**
 * @param {string} name
 * @param {string} alt
 * @param {Parameters<typeof drawBars>[2]} plot
 * @returns {Plot}
 */
const bars = (name, alt, plot) => ({ name, alt, draw: (title, grids) => drawBars(title, grids, plot) });

/**
 * @param {string} name
 * @param {RegExp} titles
 * @param {string} alt
 * @param {Parameters<typeof drawLines>[2]} [plot]
 * @returns {Region}
 */
const series = (name, titles, alt, plot = {}) => ({
  part: "series",
  titles,
  tabulate: tabulateSeries,
  plot: { name, alt, draw: (title, grids) => drawLines(title, grids, plot) },
});

/**
 * @param {string} name
 * @param {RegExp} titles
 * @param {string} where
 * @param {readonly string[]} columns
 * @returns {Region}
 */
const cpu = (name, titles, where, columns) => ({
  part: "cpu",
  titles,
  tabulate: tabulateScenarios,
  plot: bars(name, `Bars of CPU per request ${where}, as multiples of the bare server.`, {
    columns,
    own: /^ours|^fgProxy\(\)|^relay\(\)|^with fgResponses\(\)/,
  }),
});

/**
 * @param {string} name
 * @param {RegExp} titles
 * @returns {Region}
 */
const instructions = (name, titles) => ({
  part: "instructions",
  titles,
  tabulate: tabulateInstructions,
  plot: bars(name, "Bars of our instructions per request, as multiples of those of the other. They begin at 0.9.", {
    columns: ["ratio"],
    from: 0.9,
  }),
});

/** @type {Record<string, Region>} */
export const regions = {
  "cpu, Express": cpu("express", /^Express, (.+)$/, "on Express 5", failures),
  "cpu, Koa": cpu("koa", /^Koa, (.+)$/, "on Koa 3", failures),
  "instructions, failures": instructions("instructions", /^(?:Express|Koa), /),
  "cpu, fgProxy()": cpu("proxy", /^(?:proxied |(?=upstream ))(.+)$/, "in http-proxy-middleware", replies),
  "cpu, relay()": cpu("relay", /^relayed (.+)$/, "of a relay on Koa", replies),
  "cpu, fgResponses()": cpu("responses", /^fgResponses\(\) on (.+)$/, "with and without fgResponses()", [
    "Express, res.json",
    "Express, a stream of 100 kB",
    "Koa, a body",
    "Koa, a stream of 100 kB",
  ]),
  "instructions, upstreams": instructions("instructions-upstreams", /^(?:fgResponses\(\)|proxied|upstream) /),
  "micro, errors": {
    part: "micro",
    titles: /^Microseconds/,
    tabulate: tabulatePlainly(2),
    plot: bars("micro", "Bars of the microseconds that normalizeError() takes, by kind of error.", {
      columns: ["normalizeError"],
    }),
  },
  "micro, catalogue": { part: "micro", titles: /^A domain error by catalogue/, tabulate: tabulatePlainly(2) },
  "memory, peak": { part: "memory", titles: /^An upstream's error body/, tabulate: tabulatePlainly(1) },
  "memory, heap": { part: "memory", titles: / errors in a row$/, tabulate: tabulatePlainly(1) },
  load: {
    part: "load",
    titles: /^Loading/,
    tabulate: tabulatePlainly(1),
    plot: bars("load", "Bars of the milliseconds of CPU that it takes to load each package.", {
      columns: ["require()", "import()"],
      own: /adapter|^core/,
    }),
  },
  "series, routes": series(
    "routes",
    /^Express, (?:unmatched|wrong method)$/,
    "Lines of CPU per request by the number of routes, both logarithmic.",
    { logarithmic: true },
  ),
  "series, causes": series("causes", /chain of causes$/, "Lines of CPU per request by the length of a chain of causes."),
  "series, fields": series("fields", /invalid fields of zod$/, "Lines of CPU per request by the number of invalid fields."),
  "series, bodies": series("bodies", /^fgProxy\(\), /, "Lines of CPU per request by the size of an upstream's error body."),
  "series, connections": series("connections", /by connections$/, "Lines of CPU per request by the number of connections."),
  "series, in flight": { part: "series", titles: / requests in flight on Express$/, tabulate: tabulatePlainly(0) },
};

// fgResponses() in front of a handler that is well.

import { baseline } from "../baseline.js";

/** @typedef {import("../types.js").Scenario} Scenario */

const exports = /** @type {const} */ ({ Express: ["expressAlone", "expressHeld"], Koa: ["koaAlone", "koaHeld"] });

/**
 * @param {"Express" | "Koa"} host
 * @param {string} way
 * @param {string} path
 * @param {Pick<Scenario, "length" | "requests">} [more]
 * @returns {Scenario}
 */
function held(host, way, path, more) {
  const [alone, held] = exports[host];
  return {
    name: `fgResponses() on ${host}, ${way}`,
    request: { path },
    status: 200,
    ...more,
    contestants: {
      ...baseline,
      [host]: ["holds.js", alone],
      "with fgResponses()": ["holds.js", held],
    },
    targets: [{ what: "1.05 of the same without it", ours: "with fgResponses()", to: host, most: 1.05, by: "instructions" }],
  };
}

const stream = { length: 100_000, requests: 500 };

/** @type {readonly Scenario[]} */
export const scenarios = [
  held("Express", "res.json", "/json"),
  held("Express", "res.end", "/end"),
  held("Express", "a stream of 100 kB", "/stream", stream),
  held("Koa", "a body", "/json"),
  held("Koa", "res.end", "/end"),
  held("Koa", "a stream of 100 kB", "/stream", stream),
];

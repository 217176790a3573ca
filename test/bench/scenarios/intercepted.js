// fgResponses() in front of a handler that is well.

import { baseline } from "../baseline.js";

/** @typedef {import("../types.js").Scenario} Scenario */

const exports = /** @type {const} */ ({ Express: ["expressAlone", "expressIntercepted"], Koa: ["koaAlone", "koaIntercepted"] });

/**
 * @param {"Express" | "Koa"} host
 * @param {string} way
 * @param {string} path
 * @param {Pick<Scenario, "length" | "requests">} [more]
 * @returns {Scenario}
 */
function intercepted(host, way, path, more) {
  const [alone, intercepted] = exports[host];
  return {
    name: `fgResponses() on ${host}, ${way}`,
    request: { path },
    status: 200,
    ...more,
    contestants: {
      ...baseline,
      [host]: ["intercepted.js", alone],
      "with fgResponses()": ["intercepted.js", intercepted],
    },
    targets: [{ what: "1.05 of the same without it", ours: "with fgResponses()", to: host, most: 1.05, by: "instructions" }],
  };
}

const stream = { length: 100_000, requests: 500 };

/** @type {readonly Scenario[]} */
export const scenarios = [
  intercepted("Express", "res.json", "/json"),
  intercepted("Express", "res.end", "/end"),
  intercepted("Express", "a stream of 100 kB", "/stream", stream),
  intercepted("Koa", "a body", "/json"),
  intercepted("Koa", "res.end", "/end"),
  intercepted("Koa", "a stream of 100 kB", "/stream", stream),
];

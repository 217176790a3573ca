// Express in front of an upstream.

import { baseline } from "../baseline.js";

/** @typedef {import("../types.js").Scenario} Scenario */

const request = { path: "/orders/17" };

/** @type {Scenario["contestants"]} */
const contestants = {
  ...baseline,
  "http-proxy-middleware": ["proxies.js", "bareProxy"],
  responseInterceptor: ["proxies.js", "interceptor"],
  "fgProxy()": ["proxies.js", "ours"],
};

/**
 * What succeeds is the library's own business. How many pieces a large reply comes in is a matter of chance: counted, two runs are no alike.
 * @param {"instructions" | "cpu"} by
 * @returns {NonNullable<Scenario["targets"]>}
 */
const free = (by) => [{ what: "1.02 of the bare library", ours: "fgProxy()", to: "http-proxy-middleware", most: 1.02, by }];

/**
 * @param {string} to
 * @param {number} most
 * @returns {NonNullable<Scenario["targets"]>}
 */
const beside = (to, most) =>
  /** @type {const} */ (["cpu", "instructions"]).map((by) => ({ what: `${most} of ${to}`, ours: "fgProxy()", to, most, by }));

/** @type {readonly Scenario[]} */
export const scenarios = [
  { name: "proxied small 200", request, upstream: "small", status: 200, contestants, targets: free("instructions") },
  {
    name: "proxied 1 MiB 200",
    request,
    upstream: "large",
    status: 200,
    length: 1 << 20,
    requests: 100,
    contestants,
    targets: free("cpu"),
  },
  {
    name: "upstream 500 HTML",
    request,
    upstream: "page",
    status: 500,
    json: ["responseInterceptor", "fgProxy()"],
    contestants,
    targets: beside("responseInterceptor", 1),
  },
  {
    name: "upstream refused",
    request,
    upstream: "refused",
    status: 502,
    json: ["fgProxy()"],
    contestants,
    targets: beside("http-proxy-middleware", 1.05),
  },
];

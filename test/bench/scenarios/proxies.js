// Express in front of an upstream.

/** @typedef {import("../types.js").Scenario} Scenario */

const family = "proxy";
const request = { path: "/orders/17" };

/** @type {Scenario["contestants"]} */
const contestants = {
  bare: ["bare.js", "bare"],
  "bare again": ["bare.js", "bare"],
  "http-proxy-middleware": ["proxies.js", "bareProxy"],
  responseInterceptor: ["proxies.js", "interceptor"],
  "fgProxy()": ["proxies.js", "ours"],
};

/** @type {NonNullable<Scenario["targets"]>} what succeeds is the library's own business */
const free = [
  { what: "1.02 of the bare library", ours: "fgProxy()", to: "http-proxy-middleware", most: 1.02, by: "instructions" },
];

/**
 * @param {string} to
 * @returns {NonNullable<Scenario["targets"]>}
 */
const below = (to) => [{ what: "below the library's own", ours: "fgProxy()", to, most: 1, by: "cpu" }];

/** @type {readonly Scenario[]} */
export const scenarios = [
  { name: "proxied small 200", family, request, upstream: "small", status: 200, contestants, targets: free },
  {
    name: "proxied 1 MiB 200",
    family,
    request,
    upstream: "large",
    status: 200,
    length: 1 << 20,
    requests: 100,
    contestants,
    targets: free,
  },
  {
    name: "upstream 500 HTML",
    family,
    request,
    upstream: "page",
    status: 500,
    contestants,
    targets: below("responseInterceptor"),
  },
  {
    name: "upstream refused",
    family,
    request,
    upstream: "refused",
    status: 502,
    contestants,
    targets: below("http-proxy-middleware"),
  },
];

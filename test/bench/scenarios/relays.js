// Koa in front of an upstream.

import { baseline } from "../baseline.js";

/** @typedef {import("../types.js").Scenario} Scenario */

const request = { path: "/orders/17" };

/** @type {Scenario["contestants"]} */
const contestants = {
  ...baseline,
  "fetch relay by hand": ["relays.js", "bareRelay"],
  "relay()": ["relays.js", "ours"],
};

/** @type {NonNullable<Scenario["targets"]>} */
const targets = [{ what: "a relay by hand", ours: "relay()", to: "fetch relay by hand", most: 1, by: "cpu" }];

/** @type {readonly Scenario[]} */
export const scenarios = [
  { name: "relayed small 200", request, upstream: "small", status: 200, contestants, targets },
  { name: "relayed 1 MiB 200", request, upstream: "large", status: 200, length: 1 << 20, requests: 100, contestants, targets },
  { name: "relayed upstream 500 HTML", request, upstream: "page", status: 500, json: ["relay()"], contestants, targets },
  { name: "relayed upstream refused", request, upstream: "refused", status: 502, json: ["relay()"], contestants, targets },
];

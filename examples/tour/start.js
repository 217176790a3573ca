// Starts all servers of the tour: the upstreams, the gateways without fg-errors, and those with it.
import { createServer } from "node:http";
import { guardServer } from "@fg-errors/core/server";
import { ask, broken } from "./check.js";
import { createExpressGateway, createKoaGateway, options, recorder } from "./gateways.js";
import { listen, portNobodyListensOn } from "./listen.js";
import { createBranch, createFaulty, createFunctions, createShop } from "./upstreams.js";

/** @typedef {import("./visits.js").Visit} Visit */
/** @typedef {import("./check.js").Answer} Answer */
/** @typedef {Record<Visit["gateway"], string>} Addresses of gateways */
/** @typedef {{ visit: Visit, without: Answer, answer: Answer, problem: string | undefined, heard: import("./recorder.js").Heard[] }} Result */

/**
 * @param {(text: string) => void} say hears of a port that is taken
 * @returns {Promise<{ plain: Addresses, gateways: Addresses }>}
 */
export async function startServers(say) {
  const upstreams = {
    shop: await listen(createServer(createShop())),
    branch: await listen(createServer(createBranch())),
    functions: await listen(createServer(createFunctions())),
    faulty: await listen(createFaulty()),
    closed: await portNobodyListensOn(),
  };
  const plain = {
    express: await listen(createServer(createExpressGateway(upstreams, false))),
    koa: await listen(createServer(createKoaGateway(upstreams, false).callback())),
  };
  const gateways = {
    express: await listen(guardServer(createServer(createExpressGateway(upstreams, true)), options), 8080, say),
    koa: await listen(guardServer(createServer(createKoaGateway(upstreams, true).callback()), options), 8081, say),
  };
  return { plain, gateways };
}

/**
 * Asks both gateways what a visit asks. They give up on an upstream after two seconds. Without fg-errors, some never answer: the tour does not wait
 * long for those.
 * @param {{ plain: Addresses, gateways: Addresses }} addresses
 * @param {Visit} visit
 * @returns {Promise<Result>}
 */
export async function run({ plain, gateways }, visit) {
  const asked = [ask(plain[visit.gateway], visit, 3000), ask(gateways[visit.gateway], visit, 10_000)];
  const [without, answer] = /** @type {[Answer, Answer]} */ (await Promise.all(asked));
  return { visit, without, answer, problem: broken(visit, answer), heard: recorder.take(visit, answer) };
}

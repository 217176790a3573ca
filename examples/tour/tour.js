// npm start: real failures of real upstreams, as they leave a gateway without fg-errors and with it.
// --once exits after the tour: 0 when every answer kept the contract, else 1.
import { createServer } from "node:http";
import { guardServer } from "@fg-errors/core/server";
import { ask, broken } from "./check.js";
import { createExpressGateway, createKoaGateway, options } from "./gateways.js";
import { listen, portNobodyListensOn } from "./listen.js";
import { printHead, printRow } from "./table.js";
import { createBranch, createFaulty, createFunctions, createShop } from "./upstreams.js";
import { visits } from "./visits.js";

const once = process.argv.includes("--once");

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
  express: await listen(guardServer(createServer(createExpressGateway(upstreams, true)), options), 8080),
  koa: await listen(guardServer(createServer(createKoaGateway(upstreams, true).callback()), options), 8081),
};

// The gateways give up on an upstream after one second. Without fg-errors, some never answer: the tour does not wait long for those.
const asked = visits.map((visit) => ({
  visit,
  answers: Promise.all([ask(plain[visit.gateway], visit, 3000), ask(gateways[visit.gateway], visit, 10_000)]),
}));

printHead();
let failures = 0;
for (const { visit, answers } of asked) {
  const [without, answer] = await answers;
  const problem = broken(visit, answer);
  if (problem) failures++;
  printRow(visit, without, answer, problem);
}
console.log(
  `\n${visits.length} requests, ${failures === 0 ? "every answer kept the contract" : `${failures} broke the contract`}.`,
);

if (once) process.exit(failures === 0 ? 0 : 1);

console.log(`
The gateways keep running; Ctrl+C ends them. Try:
  curl -i ${gateways.express}/shop/status/401
  curl -i ${gateways.express}/faulty/hang
  curl -i -X DELETE ${gateways.express}/orders
  curl -i ${gateways.koa}/closed/
  curl -i -H 'X-Request-Id: my-own-id' ${gateways.koa}/nowhere`);

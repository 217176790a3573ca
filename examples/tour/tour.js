// npm start: real failures of real upstreams, as they leave a gateway without fg-errors and with it.
// --once exits after the tour: 0 when every answer kept the contract, else 1.
import { createServer } from "node:http";
import { listen } from "./listen.js";
import { describeCase } from "./page/case.js";
import { createPage } from "./page/server.js";
import { run, startServers } from "./start.js";
import { createStatusLine } from "./status-line.js";
import { createTable } from "./table.js";
import { visits } from "./visits.js";

const once = process.argv.includes("--once");

const statusLine = createStatusLine(process.stdout);
statusLine.set("Starting upstreams and gateways …");
const addresses = await startServers(statusLine.say);

let answered = 0;
const asked = visits.map(async (visit) => {
  const result = await run(addresses, visit);
  statusLine.set(`Asking the gateways … ${++answered} of ${visits.length}`);
  return result;
});

const results = [];
const table = createTable(process.stdout);
for (const asking of asked) {
  const result = await asking;
  results.push(result);
  statusLine.clear();
  if (results.length === 1) table.printHead();
  table.printRow(result);
}
statusLine.clear();
const failures = results.filter(({ problem }) => problem !== undefined).length;
console.log(
  `\n${visits.length} requests, ${failures === 0 ? "every answer kept the contract" : `${failures} broke the contract`}.`,
);

if (once) process.exit(failures === 0 ? 0 : 1);

const page = createPage(
  results.map((result) => describeCase(result, addresses)),
  async (index) => describeCase(await run(addresses, /** @type {import("./visits.js").Visit} */ (visits[index])), addresses),
);
const address = await listen(createServer(page), 8090);
const { express, koa } = addresses.gateways;
console.log(`
All answers in full, to be asked again: ${address}

The gateways keep running; Ctrl+C ends them. Try:
  curl -i ${express}/shop/status/401
  curl -i ${express}/faulty/hang
  curl -i -X DELETE ${express}/orders
  curl -i ${koa}/closed/
  curl -i -H 'X-Request-Id: my-own-id' ${koa}/nowhere`);

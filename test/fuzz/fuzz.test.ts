// Both gateways between clients and an upstream of the worst kind, for 20 seconds, or FUZZ_SECONDS. A finding names the seed of its case:
// FUZZ_SEED=<seed> FUZZ_CASES=1 npx vitest run test/fuzz
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertContract, usualCanaries } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { cases, converse, type Case, type Exchange } from "./client.js";
import { startGateway, type Gateway } from "./gateway.js";
import { startUpstream, type FuzzUpstream } from "./upstream.js";
import { caseName, smuggled } from "./requests.js";
import { countIn, wrong } from "./oracle.js";

const { FUZZ_SEED, FUZZ_SECONDS = "20", FUZZ_CASES = "Infinity" } = process.env;
const firstSeed = Number(FUZZ_SEED ?? 20260711);

/** Milliseconds: shorter than Node's, so that whoever keeps a connection for nothing is seen to be cut off. */
const limits = { headersTimeout: 1000, requestTimeout: 2000, keepAliveTimeout: 500, connectionsCheckingInterval: 100 };

/** Conversations at the same time. */
const width = 24;

/** Milliseconds that a connection may last: all the gateway's own limits one after the other, on a machine that is busy. */
const most = 12_000;

/** Findings after which to stop. */
const enough = 10;

describe.concurrent.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  it("keeps the contract, whatever comes from either side", { timeout: (Number(FUZZ_SECONDS) + 60) * 1000 }, async () => {
    const upstream = await startUpstream();
    const gateway = await startGateway(name, upstream.port, { server: limits });
    try {
      const { findings, count } = await fuzz(gateway, upstream);
      upstream.close();
      await eventually(async () => expect((await gateway.state()).resources).not.toContain("TCPSocketWrap"));
      expect(findings.join("\n")).toBe("");
      expect(gateway.ended()).toBeUndefined();
      expect(gateway.stderr()).toBe("");
      if (FUZZ_CASES === "Infinity") for (const [what, times] of Object.entries(count)) expect(times, what).toBeGreaterThan(0);
      // Nobody listens there any more, and the system's own error says where that is.
      const last = parseAnswer(await exchange(gateway.port, request("GET /*")));
      expect(assertContract(last, undefined, [...usualCanaries, "127.0.0.1"])["status"]).toBe(502);
    } finally {
      gateway.stop();
      upstream.close();
    }
  });
});

async function fuzz(gateway: Gateway, upstream: FuzzUpstream) {
  const address = `127.0.0.1:${upstream.port}`;
  const until = performance.now() + Number(FUZZ_SECONDS) * 1000;
  const findings: string[] = [];
  const count = { whole: 0, cut: 0, errors: 0 };
  let number = 0;
  const isOver = () =>
    performance.now() > until || number >= Number(FUZZ_CASES) || findings.length >= enough || gateway.ended() !== undefined;
  const work = async () => {
    while (!isOver()) {
      const seed = firstSeed + number++;
      const drawn = fc.sample(cases, { seed, numRuns: 1 })[0]!;
      const sent = { ...drawn, bytes: drawn.bytes.replaceAll("*", caseName(seed)) };
      const received = await converse(gateway.port, sent, most);
      countIn(received, count);
      const isSmuggled = !drawn.isChanged && upstream.targets.has(smuggled.replace("*", caseName(seed)));
      const reason = gateway.ended() ?? (isSmuggled ? "content became a request" : wrong(sent, received, address));
      if (reason !== undefined) findings.push(finding(gateway.name, seed, reason, sent, received));
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  console.log(
    `${gateway.name}: ${number} conversations from FUZZ_SEED=${firstSeed} on, ${findings.length} findings, responses`,
    count,
  );
  return { findings, count };
}

/** All that is needed to see it again. */
function finding(name: string, seed: number, reason: string, { bytes, ...manner }: Case, received: Exchange): string {
  const short = (text: string) => JSON.stringify(text.replace(/([^]{1,10}?)\1{9,}/g, "$1…")).slice(0, 2000);
  return [
    `FUZZ_SEED=${seed} FUZZ_CASES=1 on ${name}: ${reason}`,
    `  sent ${JSON.stringify(manner)}: ${short(bytes)}`,
    `  received until ${received.end}: ${short(received.bytes)}`,
  ].join("\n");
}

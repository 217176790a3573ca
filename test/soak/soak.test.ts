// Mixed traffic at full speed through both gateways at once, for SOAK_SECONDS: nothing grows, nothing is left behind, and of each failure
// is reported once. A request, a response or a connection that is kept is found in a few seconds; `pnpm soak` takes three minutes,
// in which the ids of all failures are found as well.
import { describe, expect, it } from "vitest";
import { startGateway, type Gateway, type State } from "../fuzz/gateway.js";
import { scaled } from "../patience.js";
import { createAgent, have, kinds, startUpstream, type Kind } from "./traffic.js";

const seconds = Number(process.env["SOAK_SECONDS"] ?? 5);

/** Exchanges at the same time, with each of the two. */
const width = 16;

/** Octets by which the heap may grow over so many exchanges: what is kept of each would be found before it comes to 5 MB. */
const most = (count: number) => Math.min(5_000_000, 1_500_000 + 20 * count);

/** Milliseconds that the gateways grant their upstream: on a machine that stands still for so long, any exchange may end so. */
const limit = 1000;

/** The share of exchanges that may end so, half of them on a machine that is much slower than the one of this limit. */
const mostLate = Math.min(0.5, scaled(100) / 1000);

/** Milliseconds in which a gateway has released everything: of a client that lingers after two seconds. */
const patience = 8000;

const mix = kinds.flatMap((kind) => Array.from({ length: kind.share }, () => kind));

describe.concurrent.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  it("grows by nothing, leaves nothing behind, and reports each failure once", { timeout: (seconds + 60) * 1000 }, async () => {
    const upstream = await startUpstream();
    const ledger = createLedger();
    const gateway = await startGateway(name, upstream.port, { onReported: ledger.reported });
    try {
      const warmed = await run(gateway, seconds / 3, ledger, upstream.release);
      const before = await settled(gateway);
      const { count, failures } = await run(gateway, (seconds * 2) / 3, ledger, upstream.release);
      const after = await settled(gateway, before);
      console.table([
        {
          gateway: name,
          exchanges: warmed.count + count,
          "per second": Math.round((count / seconds) * 1.5),
          failures: warmed.failures + failures,
          reported: ledger.total(),
          "heap before, MB": before.heap / 1e6,
          "heap after, MB": after.heap / 1e6,
          "alive before": Object.values(before.alive).join(" "),
          "alive after": Object.values(after.alive).join(" "),
          "handles before": before.resources.length,
          "handles after": after.resources.length,
        },
      ]);
      expect(ledger.open()).toEqual([]);
      expect(grown(before.alive, after.alive)).toEqual([]);
      expect(after.heap - before.heap).toBeLessThan(most(count));
      expect(after.resources.toSorted()).toEqual(before.resources.toSorted());
      expect(gateway.stderr()).toBe("");
      expect(gateway.ended()).toBeUndefined();
    } finally {
      gateway.stop();
      upstream.close();
    }
  });
});

type Ledger = ReturnType<typeof createLedger>;

/** What was reported, against what clients have seen, by request id. Only what does not balance takes memory. */
function createLedger() {
  const balance = new Map<string, number>();
  let total = 0;
  const add = (id: string, by: number) => {
    const sum = (balance.get(id) ?? 0) + by;
    if (sum === 0) balance.delete(id);
    else balance.set(id, sum);
  };
  const reported = (ids: readonly string[]) => {
    total += ids.length;
    for (const id of ids) add(id, 1);
  };
  /** Lost or double; of a client that has left, only double. */
  const open = () => [...balance].filter(([id, sum]) => !(id.startsWith("left") && sum === 1));
  return { reported, saw: (id: string) => add(id, -1), open, total: () => total };
}

async function run(gateway: Gateway, seconds: number, ledger: Ledger, release: () => void) {
  const until = performance.now() + seconds * 1000;
  const agent = createAgent();
  let [count, failures, late] = [0, 0, 0];
  const work = async () => {
    while (performance.now() < until) {
      const number = count++;
      const kind = mix[(number * 37) % mix.length] as Kind; // prime to the length, so that the kinds are mixed
      const id = `${kind.leaves ? "left" : "soak"}-${Math.round(until)}-${number}`.padEnd(128, "x"); // as long as may be: whoever keeps it is found sooner
      const since = performance.now();
      const outcome = await have(kind, gateway.port, agent, id);
      if (!outcome) continue;
      const { status, isCut, id: seen } = outcome;
      const isLate = status === 504 && kind.upstream && performance.now() - since > limit;
      if (isLate && status !== kind.status) late++;
      else
        expect({ kind: kind.name, status, isCut }).toEqual({ kind: kind.name, status: kind.status, isCut: kind.isCut ?? false });
      if (status < 400 && !isCut) continue;
      failures++;
      ledger.saw(seen);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  agent.destroy();
  release();
  expect(late / count).toBeLessThan(mostLate);
  return { count, failures };
}

/** How a gateway is once all connections are closed. */
async function settled(gateway: Gateway, before?: State): Promise<State> {
  let state = await gateway.state();
  for (const until = performance.now() + patience; performance.now() < until;) {
    const isQuiet = !state.resources.includes("TCPSocketWrap");
    if (isQuiet && !(before && (state.resources.length > before.resources.length || grown(before.alive, state.alive).length > 0)))
      break;
    await new Promise((resolve) => setTimeout(resolve, 100));
    state = await gateway.state();
  }
  return state;
}

/** The kinds of which more are alive than before. */
function grown(before: State["alive"], after: State["alive"]): string[] {
  return Object.keys(after).filter((kind) => after[kind]! > before[kind]!);
}

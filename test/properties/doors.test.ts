// Whatever octets an upstream sends, what leaves by a door is one success, one answer by the contract, or a success that is cut.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { calls } from "../doors/calls.js";
import { proxies } from "../doors/proxies.js";
import { hosts } from "../doors/gateway.js";
import { http, end } from "../faults/upstreams.js";
import { responsesIn } from "../fuzz/responses.js";
import { exchange, request } from "../wire.js";
import { octets, written } from "./octets.js";
import { anyStatus } from "./replies.js";
import { settings } from "./settings.js";

const named = (name: string) => [...calls, ...proxies].find((door) => door.name === name)!;
const doors = ["relay(fetch())", "relay(request())", "http-proxy-middleware 3", "http-proxy", "httpxy"].map(named);

const successStatus = fc.constantFrom(200, 201, 206);

/** What an upstream answers. Successes that break off have a share of their own: of all that may happen it would be too small. */
const answers = fc.oneof(
  { weight: 4, arbitrary: octets(fc.oneof({ weight: 2, arbitrary: anyStatus }, successStatus)) },
  fc
    .tuple(octets(successStatus), fc.constantFrom("longer", "endless"))
    .map(([sent, frame]) => ({ ...sent, frame, damage: null })),
);

const cases = doors.flatMap((door) => hosts.filter(({ name }) => /5|3/.test(name)).map((host) => ({ name: `${door.name} on ${host.name}`, door, host }))); // prettier-ignore

describe.each(cases)("$name", ({ door, host }) => {
  let bytes = "";
  let port = 0;
  let reports = 0;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    const upstream = await http((socket) => end(bytes)(socket))();
    closers.push(upstream.close);
    const options = { onError: () => void reports++ };
    const listener = await host.create(door, { upstream, limit: 5000, options, onClose: (close) => void closers.unshift(close) });
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.unshift(() => server.close());
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it("answers by the contract, or passes on", async () => {
    const seen = { whole: 0, "cut short": 0, "cut among chunks": 0, error: 0 };
    await fc.assert(
      fc.asyncProperty(answers, async (sent) => {
        bytes = written(sent);
        reports = 0;
        const { responses, rest } = responsesIn(await exchange(port, request("GET /orders")));
        expect([responses.length, rest]).toEqual([1, ""]);
        const [{ status, headers, text, end } = fail()] = responses;
        if (status >= 400) assertContract(responses[0]!);
        if (status < 400 && !bytes.includes("FSS.")) expect(text).not.toContain("FSS.");
        expect(reports).toBe(status < 400 && end === "whole" ? 0 : 1);
        const cut = headers.has("transfer-encoding") ? "cut among chunks" : "cut short";
        seen[status >= 400 ? "error" : end === "whole" ? end : cut]++;
      }),
      settings({ numRuns: 150 }),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });
});

function fail(): never {
  throw new Error("there is no response");
}

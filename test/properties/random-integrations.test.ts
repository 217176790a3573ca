// Whatever octets an upstream sends, what leaves by an integration is one success, one answer by the contract, or a success that is cut.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { calls } from "../integrations/call-integrations.js";
import { intercepted } from "../integrations/interceptor-integrations.js";
import { proxies } from "../integrations/proxy-integrations.js";
import { hosts } from "../integrations/integration-hosts.js";
import { http, end } from "../faults/upstreams.js";
import { responsesIn } from "../fuzz/responses.js";
import { exchange, request } from "../wire.js";
import { octets, written, type Sent } from "./octets.js";
import { anyStatus } from "./replies.js";
import { settings } from "./settings.js";

const named = (name: string) => [...calls, ...proxies, ...intercepted].find((integration) => integration.name === name)!;
const ours = ["relay(fetch())", "relay(request())", "http-proxy-middleware 3", "http-proxy", "httpxy"].map(named);
const writers = ["a copying handler", "express-http-proxy", "koa-proxies", "@fastify/reply-from"].map(named);

const successStatus = fc.constantFrom(200, 201, 206);

/** What an upstream answers. Successes that break off have a share of their own: of all that may happen it would be too small. */
const answers = fc.oneof(
  { weight: 4, arbitrary: octets(fc.oneof({ weight: 2, arbitrary: anyStatus }, successStatus)) },
  fc
    .tuple(octets(successStatus), fc.constantFrom("longer", "endless"))
    .map(([sent, frame]) => ({ ...sent, frame, damage: null })),
);

/** What asks: not every one of them can get chunks, or content. */
const requests: Readonly<Record<string, string>> = {
  "HTTP/1.1": request("GET /orders"),
  "HTTP/1.0": "GET /orders HTTP/1.0\r\n\r\n",
  HEAD: request("HEAD /orders"),
};

const cases = [...ours, ...writers].flatMap((integration) => hosts.filter(({ name, family }) => /5|3/.test(name) && integration.families.includes(family)).map((host) => ({ name: `${integration.name} on ${host.name}`, integration, host }))); // prettier-ignore

describe.each(cases)("$name", ({ integration, host }) => {
  let bytes = "";
  let port = 0;
  let reports = 0;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    const upstream = await http((socket) => end(bytes)(socket))();
    closers.push(upstream.close);
    const options = { onError: () => void reports++ };
    const listener = await host.create(integration, {
      upstream,
      limit: 5000,
      options,
      onClose: (close) => void closers.unshift(close),
    });
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.unshift(() => server.close());
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it("ends no process, and gives one answer, to who asks by HTTP/1.0 or for the head", async () => {
    await fc.assert(
      fc.asyncProperty(answers, fc.constantFrom("HTTP/1.0", "HEAD"), async (sent, kind) => {
        bytes = written(writers.includes(integration) ? withoutConnection(sent) : sent);
        const received = await exchange(port, requests[kind]!).catch((reset: NodeJS.ErrnoException) => reset.code);
        if (kind === "HTTP/1.0" && received === "ECONNRESET") return;
        if (kind === "HEAD" && received === "") return; // Node sends such a head with the end, and the content that nobody gets has none
        const { responses, rest } = responsesIn(String(received));
        expect([responses.length, rest]).toEqual([1, ""]);
        if (responses[0]!.status >= 400 && kind !== "HEAD") assertContract(responses[0]!);
      }),
      settings(100),
    );
  });

  it.skipIf(writers.includes(integration))("answers by the contract, or passes on", async () => {
    const seen = { whole: 0, "cut short": 0, "cut among chunks": 0, error: 0 };
    await fc.assert(
      fc.asyncProperty(answers, async (sent) => {
        bytes = written(sent);
        reports = 0;
        const { responses, rest } = responsesIn(await exchange(port, requests["HTTP/1.1"]!));
        expect([responses.length, rest]).toEqual([1, ""]);
        const [{ status, headers, text, end } = fail()] = responses;
        if (status >= 400) assertContract(responses[0]!);
        if (status < 400 && !bytes.includes("FSS.")) expect(text).not.toContain("FSS.");
        expect(reports).toBe(status < 400 && end === "whole" ? 0 : 1);
        const cut = headers.has("transfer-encoding") ? "cut among chunks" : "cut short";
        seen[status >= 400 ? "error" : end === "whole" ? end : cut]++;
      }),
      settings(150),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  });
});

/** Which they pass on, so that a connection is kept that we wait for the end of. */
function withoutConnection({ drawn, ...sent }: Sent): Sent {
  return { ...sent, drawn: { ...drawn, fields: drawn.fields.filter(([name]) => name !== "Connection") } };
}

function fail(): never {
  throw new Error("there is no response");
}

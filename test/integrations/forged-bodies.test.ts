// A body of our own contract that an attacker wrote, through every integration: it writes no log line, and hides nothing that runs.
import { createServer } from "node:http";
import type { ProblemContext } from "@fg-errors/core";
import { upstream } from "@fg-errors/core/upstream";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { both, type Integration } from "./integration.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

const evil = "\u202e\u009b2J\u2028\r\nfg-errors: forged";

const body = (status: number) => ({
  type: "javascript:alert(1)",
  title: evil,
  status,
  detail: `No${evil}`,
  instance: `/forged/${"a".repeat(20_000)}`,
  error_code: "SHOP.1",
  error_msg: `No${evil}`,
  request_id: "forged-1",
  errors: [{ parameter: evil, detail: evil }, { pointer: `#/${evil}` }, null, 17],
  [`key${evil}`]: { [evil]: [{ [evil]: evil }] },
  deep: JSON.parse("[".repeat(1000) + "]".repeat(1000)) as unknown,
  kept: { left: 0 },
});

/** The handler has said that it takes the service at its word. */
const believing: Integration = {
  name: "upstream(fetch(), { relayStatuses: true })",
  families: both,
  create: ({ upstream: { url } }) => ({
    act: async (incoming) => void (await upstream(fetch(url + incoming.url), { relayStatuses: true })),
  }),
};

const places = [...proxies, ...intercepted, ...calls, believing].flatMap((integration, index) =>
  hosts
    .filter(({ family }, at) => integration.families.includes(family) && at % 2 === index % 2) // one version of each framework
    .map((host) => ({ name: `${integration.name}, ${host.name}`, integration, host })),
);

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
afterEach(() => stderr.mockRestore());

describe.each(places)("$name", ({ integration, host }) => {
  /** What the client gets, and what is reported. */
  async function ask(status: number, isHeard: boolean) {
    const reported: ProblemContext[] = [];
    const closers: (() => unknown)[] = [];
    const service = createServer((_request, response) => {
      response.writeHead(status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(body(status)));
    });
    const bytes = await withServer(service, async (port) => {
      const listener = await host.create(integration, {
        upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
        limit: patience,
        options: isHeard ? { onError: (_problem, context) => void reported.push(context) } : {},
        onClose: (close) => void closers.push(close),
      });
      return withServer(createServer(listener), (gateway) => exchange(gateway, request("GET /orders?a=s3cr3t")));
    });
    for (const close of closers) await close();
    return { answer: parseAnswer(bytes), reported };
  }

  it.each([404, 503])("answers a %i by the contract, and reports its own path", async (status) => {
    const { answer, reported } = await ask(status, true);
    const received = assertContract(answer);
    expect(reported.map(({ instance }) => instance)).toEqual(["/orders"]);
    if (integration.name.startsWith("upstream(") && integration !== believing) return; // the reply is this gateway's own failure
    expect(received).toMatchObject({ type: "about:blank", status, detail: expect.stringMatching(/^No /), error_code: "SHOP.1" });
    expect(received["instance"]).toMatch(/^\/forged\/a{1992}$/);
    expect(received).toMatchObject({ kept: { left: 0 }, errors: { length: 4 } });
    expect(received).not.toHaveProperty("deep");
  });

  it("writes one line of its own on stderr", async () => {
    await ask(503, false);
    const lines = stderr.mock.calls.map(([text]) => String(text)).join("").split("\n"); // prettier-ignore
    if (host.family === "koa") return; // whose application has an error listener, which was called
    const ours = lines.filter((line) => line.startsWith("fg-errors:"));
    expect(ours).toHaveLength(1);
    expect(ours[0]).toMatch(/^fg-errors: 50[23] [\w.]+ GET \/orders \(request [\w-]+[\w, ']*(?:forged-1)?[\w, ]*\)$/);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  });
});

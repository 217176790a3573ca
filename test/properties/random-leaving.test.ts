// Whatever clients have sent, and whenever and however they leave: no request of theirs stays open at the upstream.
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calls } from "../integrations/call-integrations.js";
import { hosts } from "../integrations/integration-hosts.js";
import { intercepted } from "../integrations/interceptor-integrations.js";
import { startUpstream, ways, type Way } from "../integrations/leaving.js";
import { proxies } from "../integrations/proxy-integrations.js";
import { eventually, patience } from "../patience.js";
import { request } from "../wire.js";

const fields = { Connection: "keep-alive", "Content-Type": "text/plain" };

const lines = fc
  .constantFrom("GET", "HEAD", "POST", "DELETE")
  .chain((method) => fc.constantFrom("/silent", "/half", "/broken", "/alive").map((path) => `${method} ${path}`));

/** Requests in a row, the last of which may be cut short at any octet. */
const sent = fc
  .tuple(fc.array(fc.tuple(lines, fc.constantFrom("", "some content")), { minLength: 1, maxLength: 3 }), fc.nat(300))
  .map(([requests, cut]) => {
    const bytes = requests.map(([line, body]) => request(line, fields, body)).join("");
    return cut > 200 ? bytes : bytes.slice(0, bytes.length - cut);
  });

const clients = fc.array(fc.record({ bytes: sent, delay: fc.nat(30), way: fc.constantFrom(...(Object.keys(ways) as Way[])) }), {
  minLength: 20,
  maxLength: 20,
});

const cases = [...proxies, ...intercepted, ...calls].flatMap(
  (integration) =>
  hosts.filter(({ name, family }) => /5|3/.test(name) && integration.families.includes(family)).map((host) => ({ name: `${integration.name} on ${host.name}`, integration, host })), // prettier-ignore
);

describe("clients that leave", () => {
  it.each(cases)("take everything along: $name", async ({ integration, host }) => {
    const upstream = await startUpstream();
    const closers: (() => unknown)[] = [upstream.close];
    const onClose = (close: () => unknown) => void closers.push(close);
    const listener = await host.create(integration, { upstream, limit: 4 * patience, options: { onError() {} }, onClose });
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      await fc.assert(
        fc.asyncProperty(clients, async (drawn) => {
          await Promise.all(
            drawn.map(async ({ bytes, delay, way }) => {
              const socket = connect(port, "127.0.0.1").on("error", () => {});
              socket.resume().write(bytes);
              await new Promise((resolve) => setTimeout(resolve, delay));
              ways[way](socket);
            }),
          );
          await eventually(() => expect(upstream.connections()).toBe(0));
        }),
        { numRuns: 3, seed: 20261130, endOnFailure: true },
      );
    } finally {
      server.close();
      server.closeAllConnections();
      await Promise.all(closers.map((close) => close()));
    }
  });
});

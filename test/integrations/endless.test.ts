// Error content without an end, through every integration that streams: it is answered, and the rest is cancelled.
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { endless } from "../upstream/endless.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

/** These collect a reply before they do anything with it, whatever its length. */
const collecting = /^(express-http-proxy, buffering|koa-better-http-proxy)$/;

/** Octets that fit into the buffers of sockets and streams on the way. Far from 100 MiB, or from any number that would grow with the content. */
const most = 12_000_000;

const integrations = [...proxies, ...intercepted, ...calls].filter(({ name }) => !collecting.test(name));

describe.each(integrations)("$name", (integration) => {
  describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
    it.each(["identity", "gzip"])("%s", async (coding) => {
      const upstream = endless(coding);
      const closers: (() => unknown)[] = [];
      await withServer(createServer(upstream.listener), async (port) => {
        const way = {
          upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
          limit: patience,
          options: { onError() {} },
          onClose: (close: () => unknown) => void closers.push(close),
        };
        const listener = await host.create(integration, way);
        const bytes = await withServer(createServer(listener), (gateway) => exchange(gateway, request("GET /orders")));
        expect(assertContract(parseAnswer(bytes))).toMatchObject({
          status: integration.name.startsWith("upstream(") ? 502 : 404,
        });
        await upstream.closed;
        expect(upstream.written()).toBeLessThan(most);
      });
      await Promise.all(closers.map((close) => close()));
    });
  });
});

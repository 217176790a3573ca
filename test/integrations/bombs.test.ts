// Error content that is small on the wire and large when it is unpacked, through every integration: it is answered, and takes no memory.
import { createServer } from "node:http";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

/** Octets that a bomb unpacks to, and what of them may be in memory at once: other tests' garbage above all. */
const size = 200_000_000;
const most = 100_000_000;

const content = Buffer.alloc(size, "a ");
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const bombs = { gzip: gzipSync(content), br: brotliCompressSync(content, quick) };

/** These collect and unpack a reply before they do anything with it; there is nothing that we could do about it. */
const collecting = /^(express-http-proxy, buffering|koa-better-http-proxy)$/;

const integrations = [...proxies, ...intercepted, ...calls].filter(({ name }) => !collecting.test(name));

describe.each(integrations)("$name", (integration) => {
  const host = hosts.find(({ family }) => integration.families.includes(family))!;
  it.each(Object.entries(bombs))("%s", async (coding, bomb) => {
    const closers: (() => unknown)[] = [];
    const upstream = createServer((_request, response) => {
      response.writeHead(404, { "Content-Type": "text/plain", "Content-Encoding": coding }).end(bomb);
    });
    await withServer(upstream, async (port) => {
      const way = {
        upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
        limit: patience,
        options: { onError() {} },
        onClose: (close: () => unknown) => void closers.push(close),
      };
      const listener = await host.create(integration, way);
      let peak = 0;
      const before = process.memoryUsage.rss();
      const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 1);
      const bytes = await withServer(createServer(listener), (gateway) => exchange(gateway, request("GET /orders")));
      clearInterval(timer);
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: integration.name.startsWith("upstream(") ? 502 : 404 });
      expect(bytes.length).toBeLessThan(3000);
      expect(Math.max(peak, process.memoryUsage.rss()) - before).toBeLessThan(most);
    });
    await Promise.all(closers.map((close) => close()));
  });
});

// Error replies whose content breaks off: what came of them is enough, through every integration that streams.
import { createServer } from "node:http";
import type { Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { end, http, reset, slowly, write, type Deed } from "../faults/upstreams.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

/** These notice the break themselves, and have an answer of their own to it. */
const answering = /^(koa-|express-http-proxy|a copying handler)/;
const integrations = [...proxies, ...intercepted, ...calls].filter(({ name }) => !answering.test(name));

const head = (status: number, framing: string) =>
  write(`HTTP/1.1 ${status} S3cr3t\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n`);
const sized = (status: number) => head(status, "Content-Length: 100");
const chunked = (status: number) => head(status, "Transfer-Encoding: chunked");

const breaks: readonly (readonly [name: string, deed: Deed, status: number])[] = [
  ["ends early", slowly(sized(404), write("No such"), end()), 404],
  ["is reset", slowly(sized(404), write("No such"), reset), 404],
  ["is reset before it begins", slowly(sized(409), reset), 409],
  ["has a bad chunk", slowly(chunked(404), write("2\r\nNo\r\n"), end("zz\r\n")), 404],
  ["ends between chunks", slowly(chunked(500), write("2\r\nNo\r\n"), end()), 500],
];

describe.concurrent.each(integrations)("$name", (integration) => {
  describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
    it.concurrent.each(breaks)("an error whose content %s", async (_name, deed, status) => {
      const upstream = await http(deed)();
      const closers: (() => unknown)[] = [upstream.close];
      const problems: Problem[] = [];
      const options = { onError: (problem: Problem) => void problems.push(problem) };
      const way = { upstream, limit: patience, options, onClose: (close: () => unknown) => void closers.push(close) };
      try {
        const listener = await host.create(integration, way);
        const bytes = await withServer(createServer(listener), (port) => exchange(port, request("GET /orders")));
        expect(assertContract(parseAnswer(bytes))).toMatchObject({
          status: integration.name.startsWith("upstream(") ? 502 : status,
        });
        expect(bytes).not.toContain("S3cr3t");
        expect(problems).toMatchObject([{ upstreamStatus: status }]);
      } finally {
        await Promise.all(closers.map((close) => close()));
      }
    });
  });
});

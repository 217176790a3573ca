// The contract in nginx: each manner in which an upstream can fail that has not answered, or not to the end.
import { functionGraph } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults, type Upstream } from "../faults/index.js";
import { scaled } from "../patience.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { assertEdge } from "./edge-upstream.js";
import { nginxProgram, startNginx, type Nginx } from "./start-nginx.js";

/** What nginx takes for a reply, though it is none: see the limits in docs/edge.md. */
const taken = new Set(
  [
    [
      "only 100",
      "only 103",
      "100 and then 200",
      "103 and then 200",
      "101 unasked",
      "status 199 with content",
      "204 with content",
    ],
    ["garbage", "SMTP server", "SSH server", "HTTP/2 server", "HTTP/0.9", "HTTP/3.7"],
    ["status 20", "status 2000", "status 000", "status 099", "status 600", "status 999"],
    ["two framings", "two lengths", "bad length"],
  ].flat(),
);

/** Faults of upstreams to which an address alone leads. */
const driven = faults.filter(
  ({ protocol, name }) => protocol === "http/1.1" && !/^DNS|unix socket|^TLS|^connect timeout/.test(name) && !taken.has(name),
);

describe.skipIf(nginxProgram.isSkipped)("nginx in front of an upstream that fails", () => {
  let nginx: Nginx;
  let failing: Upstream[];

  beforeAll(async () => {
    failing = await Promise.all(driven.map(({ start }) => start()));
    const locations = failing.map(({ url }, at) => `location /fault/${at}/ { proxy_pass ${url}; }`);
    const lines = `proxy_read_timeout ${scaled(200)}ms;\n    ${locations.join("\n    ")}`;
    nginx = await startNginx([{ contract: functionGraph, lines }]);
  });

  afterAll(async () => {
    await nginx?.close();
    await Promise.all((failing ?? []).map((each) => each.close()));
  });

  it.concurrent.each(driven.map((fault, at) => ({ ...fault, at })))(
    "an upstream's fault, $when its head has passed: $name",
    async (fault) => {
      const octets = await exchange(nginx.ports[0]!, request(`GET /fault/${fault.at}/orders?x`));
      if (fault.when === "before" && fault.status >= 400) {
        await assertEdge(octets, { status: fault.status, members: { instance: `/fault/${fault.at}/orders` } });
      } else {
        expect(octets).not.toMatch(/problem\+json|<html>/); // what has begun is not appended to
        const { headers, text } = parseAnswer(octets || "HTTP/1.1 0\r\n\r\n");
        const isWhole = headers.has("transfer-encoding")
          ? text.endsWith("0\r\n\r\n")
          : text.length === Number(headers.get("content-length"));
        if (!fault.decoding) expect(isWhole && octets !== "").toBe(false);
      }
    },
  );
});

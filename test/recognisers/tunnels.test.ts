// A forward proxy that opens no tunnel to the upstream. Its status is the proxy's word to this gateway, and never the client's.
import { Agent, request } from "node:https";
import { classifyFault } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { end, http, reset, tcp, write } from "../faults/upstreams.js";
import { nodeVersion } from "../node-version.js";
import { failure, outcome } from "./outcome.js";

/** Milliseconds. */
const limit = 300;

const refused = (status: string) => end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nProxy-Authenticate: Basic\r\n\r\n`);
const failed = (statusLine: string) => `Failed to establish tunnel to s3cr3t.test:443 via http://127.0.0.1:3128: ${statusLine}`;

/** What the proxy does, what Node's error says of it, what comes of that, and from which version of Node on. */
const tunnels = [
  ["401", http(refused("401 No")), { message: failed("HTTP/1.1 401 No"), statusCode: 401 }, 502, "connection_refused"],
  ["403", http(refused("403 No")), { message: failed("HTTP/1.1 403 No"), statusCode: 403 }, 502, "connection_refused"],
  ["407", http(refused("407 No")), { message: failed("HTTP/1.1 407 No"), statusCode: 407 }, 502, "connection_refused"],
  ["503", http(refused("503 No")), { message: failed("HTTP/1.1 503 No"), statusCode: 503 }, 502, "connection_refused"],
  ["garbage", http(end("s3cr3t\r\n\r\n")), { message: failed("s3cr3t"), statusCode: Number.NaN }, 502, "connection_refused"],
  ["an end", tcp(end()), { message: "Connection to establish proxy tunnel ended unexpectedly" }, 502, "connection_terminated"],
  ["a reset", http(reset), { message: "read ECONNRESET", code: "ECONNRESET", syscall: "read" }, 502, "connection_terminated"],
  [
    "silence",
    http(() => undefined),
    { message: `Connection to establish proxy tunnel timed out after ${limit}ms`, proxyTunnelTimeout: limit },
    504,
    "connection_timeout",
  ],
  [
    "a large head",
    http(write(`HTTP/1.1 200 OK\r\nX-A: ${"s3cr3t".repeat(8000)}\r\n\r\n`)),
    { message: "Proxy response headers exceeded 16384 bytes" },
    502,
    "http_response_header_section_size",
    26, // without a limit before
  ],
] as const;

/** Node's own agents know forward proxies from 24 on: before, what a later one says stands in for it. */
describe.each(tunnels)("a tunnel that gets %s", (_what, start, members, status, type, since: number = 24) => {
  const recorded = Object.assign(new Error(members.message), { code: "ERR_PROXY_TUNNEL", ...members });

  it("is a fault of this gateway's next hop", async () => {
    const proxy = await start();
    const agent = new Agent({ proxyEnv: { HTTPS_PROXY: proxy.url } } as object);
    const call = () =>
      new Promise((resolve, reject) => {
        request({ host: "s3cr3t.test", agent, timeout: limit }, resolve).on("error", reject).end();
      });
    const error = nodeVersion >= since ? await failure<Error & { code?: string }>(call) : recorded;
    await proxy.close();
    expect(error.code).toBe(recorded.code);
    expect(outcome(error)).toEqual([status, type, undefined]);
    expect(outcome(new Error("s3cr3t", { cause: error }))).toEqual([status, type, undefined]);
    expect(outcome(error, { origin: "upstream" })).toEqual([status, type, undefined]);
  });

  it("is the same as recorded, on every version of Node", () => {
    expect(outcome(recorded)).toEqual([status, type, undefined]);
    expect(classifyFault(recorded)).toBe(type);
  });
});

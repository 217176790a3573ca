// What every gateway makes of an upstream's success.
import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request } from "../wire.js";
import { fetchGateways } from "./fetch-gateways.js";
import { gateways, through } from "./upstream-gateways.js";

interface Success {
  readonly name: string;
  readonly method?: string;
  readonly upstream: RequestListener;
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
}

const zipped = gzipSync("some text, packed");

const successes: readonly Success[] = [
  {
    name: "content, whatever its coding",
    upstream: (_request, response) => {
      response.writeHead(200, { "Content-Type": "text/plain", "Content-Encoding": "gzip", "Content-Length": zipped.length });
      response.end(zipped);
    },
    status: 200,
    text: "some text, packed",
    headers: { "content-type": "text/plain" },
  },
  { name: "a 201", upstream: (_request, response) => void response.writeHead(201).end("made"), status: 201, text: "made" },
  { name: "a 200 without content", upstream: (_request, response) => void response.end(), status: 200 },
  {
    name: "a 204",
    upstream: (_request, response) => void response.writeHead(204, { "X-Left": "0" }).end(),
    status: 204,
    headers: { "x-left": "0", "content-length": null },
  },
  {
    name: "a part",
    upstream: (_request, response) => void response.writeHead(206, { "Content-Range": "bytes 0-1/4" }).end("ok"),
    status: 206,
    text: "ok",
    headers: { "content-range": "bytes 0-1/4" },
  },
  {
    name: "a 304",
    upstream: (_request, response) => void response.writeHead(304, { ETag: '"1"' }).end(),
    status: 304,
    headers: { etag: '"1"', "content-length": null },
  },
  {
    name: "a redirect",
    upstream: (_request, response) => void response.writeHead(302, { Location: "/login" }).end("this way"),
    status: 302,
    text: "this way",
    headers: { location: "/login" },
  },
  {
    name: "the answer to HEAD",
    method: "HEAD",
    upstream: (_request, response) => void response.writeHead(200, { "Content-Type": "text/csv", ETag: '"1"' }).end(),
    status: 200,
    headers: { "content-type": "text/csv", etag: '"1"' },
  },
];

describe.each([...gateways, ...fetchGateways])("$name", (gateway) => {
  it.each(successes)("passes on $name", async ({ method = "GET", upstream, status, text = "", headers = {} }) => {
    await through(gateway, upstream, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/orders`, { method, redirect: "manual" });
      expect({ status: response.status, text: await response.text() }).toEqual({ status, text });
      for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name), name).toBe(value);
    });
  });

  it("passes on every cookie by itself", async () => {
    const cookies = ["a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT", "b=2; Path=/", "c=3"];
    await through(
      gateway,
      (_request, response) => void response.setHeader("Set-Cookie", cookies).end(),
      async (port) => expect((await fetch(`http://127.0.0.1:${port}/`)).headers.getSetCookie()).toEqual(cookies),
    );
  });

  it("keeps the fields of the upstream's connection to itself, and those that Connection names", async () => {
    const bytes = await through(
      gateway,
      (_request, response) => {
        for (const name of ["Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "X-Internal", "X-Internal-2"])
          response.setHeader(name, "s3cr3t");
        response.setHeader("Connection", "close,x-internal , X-INTERNAL-2, s3cr3t");
        response.setHeader("Transfer-Encoding", "chunked");
        response.setHeader("X-Public", "1");
        response.end("content");
      },
      (port) => exchange(port, request("GET /")),
    );
    expect(bytes).toMatch(/^HTTP\/1\.1 200 /);
    expect(bytes).toContain("content");
    expect(parseAnswer(bytes).headers.get("x-public")).toBe("1");
    expect(bytes).not.toContain("s3cr3t");
  });

  it("sends no chunks to a client of HTTP/1.0 because the upstream did", async () => {
    const bytes = await through(
      gateway,
      (_request, response) => void (response.write("con"), response.end("tent")),
      (port) => exchange(port, "GET / HTTP/1.0\r\nHost: gateway.example\r\n\r\n"),
    );
    expect(parseAnswer(bytes)).toMatchObject({ status: 200, text: "content" });
    expect(bytes).not.toMatch(/transfer-encoding/i);
  });
});

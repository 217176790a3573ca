// upstreamRequest(): what it gives is what fetch(), undici and node:http take, and one request stays one request with each of them.
import { once } from "node:events";
import { createServer, request as nodeRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { ProblemError } from "@fg-errors/core";
import { upstreamRequest, type UpstreamRequest } from "@fg-errors/core/upstream";
import { Agent, fetch as undiciFetch, request as undiciRequest } from "undici";
import { fgErrors } from "@fg-errors/koa";
import Koa from "koa";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { startCountingUpstream } from "./counting-upstream.js";

type Incoming = IncomingMessage | Http2ServerRequest;
type Ask = (incoming: Incoming, target: string) => Promise<unknown>;

const dispatcher = new Agent({ connections: 1 });

const clients: readonly (readonly [name: string, ask: Ask])[] = [
  [
    "fetch",
    async (incoming, target) => {
      const { path, ...init } = upstreamRequest(incoming);
      await (await fetch(target + path, init as RequestInit)).text();
    },
  ],
  [
    "undici's fetch",
    async (incoming, target) => {
      const { path, ...init } = upstreamRequest(incoming);
      await (await undiciFetch(target + path, { ...init, dispatcher })).text();
    },
  ],
  [
    "undici's request",
    async (incoming, target) => {
      const { path, method, headers, body } = upstreamRequest(incoming);
      await (
        await undiciRequest(target + path, { method: method as "GET", headers, body: body as never, dispatcher })
      ).body.text();
    },
  ],
  [
    "node:http",
    async (incoming, target) => {
      const outgoing = nodeRequest(target, upstreamRequest(incoming));
      incoming.pipe(outgoing);
      const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
      await reply.toArray();
    },
  ],
  [
    "node:http, with fields of its own",
    async (incoming, target) => {
      const { headers, ...rest } = upstreamRequest(incoming);
      const outgoing = nodeRequest(target, { ...rest, headers: { ...headers, "x-more": "1" } });
      incoming.pipe(outgoing);
      const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
      await reply.toArray();
    },
  ],
];

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

const framings: readonly (readonly [name: string, fields: string, octets: string])[] = [
  ["no content", "", ""],
  ["Content-Length", `Content-Length: ${smuggled.length}\r\n`, smuggled],
  ["Content-Length, named by Connection", `Connection: content-length\r\nContent-Length: ${smuggled.length}\r\n`, smuggled],
  ["chunks", "Transfer-Encoding: chunked\r\n", chunked],
  ["chunks, named by Connection", "Connection: transfer-encoding\r\nTransfer-Encoding: Chunked\r\n", chunked],
  ["Trailer, TE and Expect", "Expect: 100-continue\r\nTrailer: x\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n", chunked],
  ["Trailer alone", "Trailer: x\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n", ""],
];

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

/** fetch() sends none with these. */
const isLeftOut = (name: string, method: string) =>
  name !== "node:http" && !name.startsWith("node:http,") && /^(GET|HEAD)$/.test(method);

describe.each(clients)("%s", { concurrent: true }, (name, ask) => {
  it.each(framings)("one in, one out: %s", async (_name, fields, octets) => {
    const upstream = await startCountingUpstream();
    const target = `http://127.0.0.1:${upstream.port}`;
    const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
      const failed = await ask(incoming, target).catch(String);
      response.setHeader("X-Outcome", String(failed ?? "done")).end();
    };
    try {
      await withServer(
        createServer((...args) => void serve(...args)),
        async (port) => {
          for (const method of methods) {
            const before = upstream.requests.length;
            const bytes = `${method} /a/../b?c HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\nX-Kept: 1\r\n${fields}\r\n${octets}`;
            expect(await exchange(port, bytes), method).toMatch(/^X-Outcome: done\r$/m);
            const content = octets === "" || isLeftOut(name, method) ? "" : smuggled;
            expect(upstream.requests.slice(before), method).toMatchObject([{ line: `${method} /b?c HTTP/1.1`, content }]);
            const sent = upstream.requests[before]!.fields;
            expect(sent).toMatchObject({ "x-kept": "1", host: `127.0.0.1:${upstream.port}` });
            for (const dropped of ["trailer", "te", "expect", "upgrade"]) expect(sent, method).not.toHaveProperty(dropped);
          }
        },
      );
      expect(upstream.rest()).toEqual([]);
    } finally {
      upstream.close();
    }
  });

  it("one in, one out: HTTP/2", async () => {
    const upstream = await startCountingUpstream();
    const serve = async (incoming: Http2ServerRequest, response: Http2ServerResponse) => {
      const failed = await ask(incoming, `http://127.0.0.1:${upstream.port}`).catch(String);
      response.end(String(failed ?? "done"));
    };
    const server = createHttp2Server((...args) => void serve(...args)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"])
        for (const content of ["", smuggled]) {
          const before = upstream.requests.length;
          const stream = session.request({ ":method": method, ":path": "/b", te: "trailers" }, { endStream: content === "" });
          if (content !== "") stream.end(content);
          expect(String(Buffer.concat(await stream.toArray()))).toBe("done");
          const kept = isLeftOut(name, method) ? "" : content;
          expect(upstream.requests.slice(before)).toMatchObject([{ line: `${method} /b HTTP/1.1`, content: kept }]);
          expect(Object.keys(upstream.requests[before]!.fields).filter((field) => field.startsWith(":"))).toEqual([]);
        }
      expect(upstream.rest()).toEqual([]);
    } finally {
      session.destroy();
      server.close();
      upstream.close();
    }
  });
});

/** What it makes of a request that looks like this to Node. */
function made(url: string, method = "GET", headers: Record<string, string> = {}): UpstreamRequest {
  const rawHeaders = Object.entries(headers).flat();
  return upstreamRequest({ url, method, headers, rawHeaders } as unknown as IncomingMessage);
}

describe("the path", () => {
  it.each([
    ["/orders?a=1", "/orders?a=1"],
    ["//elsewhere.example/", "//elsewhere.example/"],
    ["/a/../../b", "/b"],
    ["/a/%2e%2E/b", "/b"],
    ["/\\elsewhere", "//elsewhere"],
    ["/é", "/%E9"],
    ["/a\tb", "/a%09b"],
    ["http://elsewhere.example", "/"],
    ["http://elsewhere.example?q", "/?q"],
    ["HTTP://elsewhere.example/orders?q", "/orders?q"],
  ])("of %j is %j", (url, path) => {
    expect(made(url).path).toBe(path);
    expect(new URL(`http://orders.internal${made(url).path}`).origin).toBe("http://orders.internal");
  });

  it.each(["", "orders", "http://", "http://a:99999/", "http://user@elsewhere.example/", "other://elsewhere.example/"])(
    "%j is none: 400",
    (url) => expect(() => made(url)).toThrow(expect.objectContaining({ status: 400 }) as Error),
  );
});

it.each(["TRACE", "CONNECT", "TRACK"])("%s is sent by no client: 501, which is not written to stderr", (method) => {
  expect(() => made("/", method)).toThrow(ProblemError);
  expect(() => made("/", method)).toThrow(expect.objectContaining({ status: 501 }) as Error);
});

it("content with a transfer coding that nobody undoes is a 501 (RFC 9112 section 6.1)", () => {
  const fields = { "transfer-encoding": "gzip, chunked" };
  expect(() => made("/", "POST", fields)).toThrow(expect.objectContaining({ status: 501 }) as Error);
});

it("the client's credentials for this gateway stay here, and fields of its connection", () => {
  const headers = {
    authorization: "Bearer a",
    "proxy-authorization": "Basic b",
    host: "gateway.example",
    connection: "x-mine, close",
    "x-mine": "1",
    cookie: "c=d",
  };
  expect(made("/", "GET", headers).headers).toEqual({ authorization: "Bearer a", cookie: "c=d" });
});

it.each([
  ["TRACE /", 501],
  ["GET *", 404],
  ["OPTIONS *", 404],
])("%s through a gateway is a %i, which is not written to stderr", async (line, status) => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const app = new Koa().use(fgErrors()).use((ctx) => void upstreamRequest(ctx.req));
  const answer = parseAnswer(await withServer(createServer(app.callback()), (port) => exchange(port, request(line))));
  expect(assertContract(answer)).toMatchObject({ status });
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});

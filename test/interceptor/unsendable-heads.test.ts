// Heads of successes that must not leave as they are: final statuses that are none, fields of an upstream's connection, and transfer codings that
// nobody has undone.
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { end, http } from "../faults/upstreams.js";
import { exchange, exchangeHead, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";
import { libraries } from "./library-gateways.js";
import { overHttp2 } from "./over-http2.js";

type Write = (response: ServerResponse, status: number, fields: OutgoingHttpHeaders) => unknown;

const forms: Readonly<Record<string, Write>> = {
  "writeHead(), end()": (response, status, fields) => response.writeHead(status, fields).end("content"),
  "writeHead(list), end()": (response, status, fields) =>
    response.writeHead(status, Object.entries(fields).flat() as string[]).end("content"),
  "setHeader(), end()": (response, status, fields) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value!);
    response.statusCode = status;
    response.end("content");
  },
  "setHeader(), pipe()": (response, status, fields) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value!);
    response.statusCode = status;
    Readable.from([Buffer.from("content")]).pipe(response);
  },
};

describe.each(gateways)("$name", (gateway) => {
  describe.each([{}, { hiddenFailures: true }] as ResponderOptions[])("%o", (more) => {
    describe.each(Object.entries(forms))("%s", (form, write) => {
      async function ask(status: number, fields: OutgoingHttpHeaders, talk = exchange) {
        const { reported, options } = recordProblems(more);
        const writer: Writer = (_request, response) => void write(response, status, fields);
        const bytes = await withServer(gateway.create(writer, options), (port) => talk(port, request("GET /")));
        return { bytes, answer: parseAnswer(bytes), reported, options, writer };
      }

      it.each([
        [101, {}, "http_upgrade_failed"],
        [101, { "X-Own": "1" }, "http_upgrade_failed"],
        [100, { "X-Own": "1" }, "http_protocol_error"],
        [103, {}, "http_protocol_error"],
        [200, { "Transfer-Encoding": "foo" }, "http_response_transfer_coding"],
        [200, { "transfer-encoding": "gzip, chunked" }, "http_response_transfer_coding"],
        [206, { "Transfer-Encoding": "Chunked, GZIP" }, "http_response_transfer_coding"],
      ] as const)("answers in place of a %i with %j", async (status, fields, proxyError) => {
        const { answer, reported } = await ask(status, fields);
        expect(assertContract(answer)).toMatchObject({ status: 502 });
        expect(reported.map((problem) => problem.proxyError)).toEqual([proxyError]);
        expect(answer.headers.get("x-own")).toBeNull();
      });

      it.each(["chunked", "Chunked", "identity"])("sends a success in the transfer coding %s", async (coding) => {
        const { answer } = await ask(200, { "Transfer-Encoding": coding });
        expect([answer.status, answer.text]).toEqual([200, expect.stringContaining("content")]);
      });

      it("switches to a protocol that it names", async () => {
        const { bytes } = await ask(101, { Connection: "Upgrade", Upgrade: "example" }, exchangeHead);
        expect(bytes).toMatch(/^HTTP\/1\.1 101 [^]*\r\nUpgrade: example\r\n/);
      });

      it.each(["X-Hop, Keep-Alive", "close, x-hop,keep-alive", "X-HOP,\tKeep-Alive, Upgrade"])(
        "drops the fields that Connection names: %s",
        async (connection) => {
          const fields = {
            Connection: connection,
            "X-Hop": "s3cr3t",
            "Keep-Alive": "s3cr3t",
            "X-Own": "1",
            "Content-Length": "7",
          };
          const { bytes, answer, options, writer } = await ask(206, fields);
          expect([answer.status, answer.text, answer.headers.get("x-own")]).toEqual([206, "content", "1"]);
          expect(answer.headers.get("connection")).toBe("close");
          expect(bytes).not.toContain("s3cr3t");
          if (form.startsWith("setHeader")) return; // node:http2 forgets a Connection that is set
          const [http2] = await overHttp2(gateway.createHttp2(writer, options), ["/"]);
          expect([http2!.status, http2!.text, http2!.headers.get("x-own"), http2!.headers.get("x-hop")]).toEqual([
            206,
            "content",
            "1",
            null,
          ]);
        },
      );
    });
  });
});

describe.each([
  ["3", Koa],
  ["2", Koa2],
] as const)("Koa %s", (_version, Framework) => {
  async function ask(act: Koa.Middleware, more: ResponderOptions = {}) {
    const { reported, options } = recordProblems(more);
    const app = new Framework()
      .on("error", () => {})
      .use(fgErrors(options))
      .use(fgResponses(options))
      .use(act);
    return {
      reported,
      answer: parseAnswer(await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")))),
    };
  }

  it.each([{}, { hiddenFailures: true }])("settles a head that is set on ctx: %o", async (more) => {
    const { answer } = await ask((ctx) => {
      ctx.set({ Connection: "X-Hop", "X-Hop": "s3cr3t" });
      ctx.body = "content";
    }, more);
    expect([answer.status, answer.text, answer.headers.get("x-hop"), answer.headers.get("connection")]).toEqual([
      200,
      "content",
      null,
      "close",
    ]);
    const coded = await ask((ctx) => {
      ctx.set("Transfer-Encoding", "foo");
      ctx.body = "content";
    }, more);
    expect(assertContract(coded.answer)).toMatchObject({ status: 502 });
    const switched = await ask((ctx) => void (ctx.status = 101), more);
    expect(assertContract(switched.answer)).toMatchObject({ status: 502 });
    expect(switched.reported.map(({ proxyError }) => proxyError)).toEqual(["http_upgrade_failed"]);
  });
});

describe.each(libraries)("$name", (library) => {
  async function ask(reply: string, sent = request("GET /")) {
    const { reported, options } = recordProblems();
    const upstream = await http(end(reply))();
    try {
      const listener = await library.create(upstream.url, options);
      const bytes = await withServer(listener, (port) => exchange(port, sent));
      return { bytes, reported, answer: parseAnswer(bytes) };
    } finally {
      await upstream.close();
    }
  }

  it("drops the fields that Connection names", async () => {
    const { bytes, answer } = await ask(
      "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: s3cr3t\r\nX-Own: 1\r\nContent-Length: 7\r\n\r\ncontent",
    );
    expect([answer.status, answer.headers.get("x-own")]).toEqual([200, "1"]);
    expect(bytes).not.toContain("s3cr3t");
  });

  it("answers a request that expects a 100", async () => {
    const asked = request("POST /", { Expect: "100-continue", "Content-Type": "application/json" }, "{}");
    const { bytes } = await ask("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\ncontent", asked);
    expect(bytes).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*content/);
  });

  // Without its field, and without node:http's reply behind the content, nobody sees the coding any more.
  it.skipIf(library.buffers || library.name === "@fastify/reply-from")(
    "does not send content in a transfer coding that is not known",
    async () => {
      const { answer } = await ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\ncontent");
      expect(assertContract(answer)).toMatchObject({ status: expect.any(Number) });
      expect(answer.status).toBeGreaterThanOrEqual(500);
    },
  );
});

// Replies that break in the very read that brings them: Node emits the error on the request before the content is read.
import { get, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { end, http, reset, slowly, write, type Deed } from "../faults/upstreams.js";
import { nodeVersion } from "../node-version.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";

const require = createRequire(import.meta.url);
const koaProxies = require("koa-proxies") as (path: string, settings: object) => Koa.Middleware;
const koaBetterHttpProxy = require("koa-better-http-proxy") as (host: string) => Koa.Middleware;

const head = "HTTP/1.1 200 OK\r\nX-Inside: s3cr3t\r\nSet-Cookie: s3cr3t=1\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = "b\r\nsome octets\r\n";
const breaks = { "a bad chunk": "s3cr3t\r\n", "a chunk that is too long": "4\r\ns3cr3t\r\n" };
const brokenReplies = Object.entries(breaks).map(([what, bytes]) => [what, end(head + chunk + bytes)] as const);

/** Asks a gateway that stands in front of an upstream which does this. */
async function ask(deed: Deed, create: (url: string, options: ResponderOptions) => Listener, more?: ResponderOptions) {
  const { reported, options } = recordProblems(more);
  const upstream = await http(deed)();
  try {
    const bytes = await withServer(create(upstream.url, options), (port) => exchange(port, request("GET /")));
    return { bytes, reported, answer: parseAnswer(bytes) };
  } finally {
    await upstream.close();
  }
}

describe.each([
  ["3", Koa],
  ["2", Koa2],
] as const)("Koa %s", (_version, Framework) => {
  const behind = (proxy: (target: string) => Koa.Middleware) => (target: string, options: ResponderOptions) => {
    const app = new Framework()
      .on("error", () => {})
      .use(fgErrors(options))
      .use(fgResponses(options));
    return app.use(proxy(target)).callback() as Listener;
  };

  describe.each(brokenReplies)("koa-proxies, %s", (_what, reply) => {
    it.each([{}, { errorBodyLimit: 4 }])("answers in place of it: %o", async (options) => {
      const { answer, bytes, reported } = await ask(
        reply,
        behind((target) => koaProxies("/", { target })),
        options,
      );
      expect(assertContract(answer)).toMatchObject({ status: 502 });
      expect(bytes).not.toContain("s3cr3t");
      expect(reported).toMatchObject([{ proxyError: "http_response_incomplete" }]);
    });
  });

  // The library mistakes every reset that its request emits for a time limit of its own.
  const late = [504, undefined] as const;
  // Node 20 emits a reset that came with the reply on the reply only; later ones emit any on the request.
  const together = nodeVersion < 24 ? ([502, "http_response_incomplete"] as const) : late;

  it.each([
    ["together with the content", [write(head + chunk), reset], ...together],
    ["after it", [slowly(write(head + chunk), reset)], ...late],
  ] as const)("koa-better-http-proxy, a reset %s", async (_when, deeds, status, proxyError) => {
    const all: Deed = (socket) => deeds.forEach((deed) => deed(socket));
    const { answer, bytes, reported } = await ask(
      all,
      behind((target) => koaBetterHttpProxy(target)),
    );
    expect(assertContract(answer)).toMatchObject({ status });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported.map((problem) => problem.proxyError)).toEqual([proxyError]);
  });
});

/** Copies a reply as http-proxy does, with an error handler that has something to say. */
function copying(url: string, say: RequestListener): Writer {
  return (incoming, response) => {
    const outgoing = get(url, { agent: false }, (reply) => {
      for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value!);
      response.statusCode = reply.statusCode!;
      reply.on("error", () => {}).pipe(response);
    });
    outgoing.on("error", () => !response.headersSent && say(incoming, response));
  };
}

const sayings: Readonly<Record<string, RequestListener>> = {
  "writeHead()": (_request, response) => response.writeHead(503, { "Retry-After": "7" }).end("s3cr3t"),
  "setHeader()": (_request, response) => {
    response.statusCode = 503;
    response.setHeader("Retry-After", "7").end("s3cr3t");
  },
};

describe.each(gateways)("$name", (gateway) => {
  describe.each(Object.entries(sayings))("%s", (_way, say) => {
    it.each(brokenReplies)("takes what the writer says instead, without what came with the reply: %s", async (_what, reply) => {
      const { answer, bytes, reported } = await ask(reply, (url, options) => gateway.create(copying(url, say), options));
      expect(assertContract(answer)).toMatchObject({ status: 503, request_id: "mine" });
      expect(bytes).not.toContain("s3cr3t");
      expect(answer.headers.get("retry-after")).toBe("7");
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
      expect(reported).toMatchObject([{ upstreamStatus: 503 }]);
    });
  });
});

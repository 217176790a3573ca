// relay() with something between it and the wire: HTTP/2, and middleware that compresses.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { connect as connectHttp2, constants, createServer as createHttp2Server, type ClientHttp2Stream } from "node:http2";
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { fgErrors as expressErrors, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import compression from "compression";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import compress from "koa-compress";
import { describe, expect, it } from "vitest";
import { eventually } from "../patience.js";
import { request, withServer } from "../wire.js";

const http2Express = createRequire(import.meta.url)("http2-express") as (framework: typeof express) => express.Express;

/** To a client that says so only when it has left. */
async function replyOf(to: string, incoming: IncomingMessage): Promise<Response> {
  const reply = await fetch(to);
  if (incoming.headers["x-late"] !== undefined) await once(incoming, "close");
  return reply;
}

type Create = (to: string, options: ResponderOptions) => RequestListener;

const onExpress =
  (framework: () => express.Express): Create =>
  (to, options) => {
    const app = framework().use(compression({ threshold: 0 }));
    app.use((incoming, response, next) => {
      replyOf(to, incoming)
        .then((reply) => expressRelay(response, reply))
        .catch(next);
    });
    return app.use(expressErrors(options)) as RequestListener;
  };

const onKoa =
  (Framework: typeof Koa): Create =>
  (to, options) => {
    const app = new Framework().on("error", () => {}).use(koaErrors(options));
    app.use(compress({ threshold: 0, br: false }));
    app.use(async (ctx) => koaRelay(ctx, await replyOf(to, ctx.req)));
    return app.callback() as RequestListener;
  };

const hosts: readonly (readonly [name: string, create: Create, http2: Create])[] = [
  ["Express 5", onExpress(express), onExpress(() => http2Express(express))],
  ["Express 4", onExpress(express4), onExpress(() => http2Express(express4))],
  ["Koa 3", onKoa(Koa), onKoa(Koa)],
  ["Koa 2", onKoa(Koa2), onKoa(Koa2)],
];

/** An upstream that has sent the first part. */
interface Upstream {
  readonly finish: () => void;
  readonly reset: () => void;
  readonly closed: Promise<unknown>;
}

/** So much that a compressor cannot keep it to itself. */
const first = randomBytes(200_000).toString("hex");

/** Runs `visit` against a gateway, with the part that its upstream has in hand once it was asked. */
async function running<R>(
  create: Create,
  serve: (listener: RequestListener) => Server | RequestListener,
  visit: (port: number, upstream: () => Upstream) => Promise<R>,
) {
  const problems: Problem[] = [];
  let upstream: Upstream;
  const listener: RequestListener = ({ socket }, response) => {
    const closed = once(response, "close");
    upstream = { finish: () => response.end("last"), reset: () => socket.resetAndDestroy(), closed };
    response.writeHead(200, { "Content-Type": "text/plain" }).write(first);
  };
  const onError = (found: Problem) => void problems.push(found);
  const result = await withServer(listener, (to) =>
    withServer(serve(create(`http://127.0.0.1:${to}`, { onError })), (port) => visit(port, () => upstream)),
  );
  return { result, problems };
}

const brokenOnce = [{ upstreamStatus: 200, proxyError: "http_response_incomplete" }];

describe.each(hosts)("%s over HTTP/2", (_name, _create, create) => {
  const overHttp2 = (visit: (stream: ClientHttp2Stream, upstream: Upstream) => Promise<void>, isLate = false) =>
    running(
      create,
      (listener) => createHttp2Server(listener as never) as unknown as Server,
      async (port, upstream) => {
        const session = connectHttp2(`http://127.0.0.1:${port}`);
        try {
          const stream = session.request({ ":path": "/", ...(isLate && { "x-late": "1" }) });
          if (isLate) await eventually(() => expect(upstream()).toBeDefined());
          else await once(stream, "data");
          await visit(stream, upstream());
        } finally {
          session.destroy();
        }
      },
    );

  it("streams", async () => {
    const { problems } = await overHttp2(async (stream, upstream) => {
      let last = "";
      stream.on("data", (chunk) => (last = String(chunk)));
      upstream.finish();
      await once(stream, "end");
      expect(last).toMatch(/last$/);
    });
    expect(problems).toEqual([]);
  });

  it("ends a stream whose content breaks with an error, and reports it once", async () => {
    const { problems } = await overHttp2(async (stream, upstream) => {
      upstream.reset();
      await expect(once(stream.resume(), "end")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
    });
    expect(problems).toMatchObject(brokenOnce);
  });

  it.each([
    ["", false],
    [", and the handler goes on", true],
  ])("ends the exchange with the upstream when the client cancels its stream%s", async (_what, isLate) => {
    const { problems } = await overHttp2(async (stream, upstream) => {
      stream.close(constants.NGHTTP2_CANCEL);
      await upstream.closed;
    }, isLate);
    expect(problems.filter(({ status }) => status >= 500)).toEqual([]);
  });
});

describe.each(hosts)("%s behind a compressing middleware", (_name, create) => {
  const compressed = (visit: (socket: Socket, upstream: Upstream) => Promise<string>) =>
    running(
      create,
      (listener) => listener,
      async (port, upstream) => {
        const socket = connect(port, "127.0.0.1").setEncoding("latin1");
        socket.write(request("GET /", { "Accept-Encoding": "gzip" }));
        const [start] = (await once(socket, "data")) as [string];
        expect(start.toLowerCase()).toContain("content-encoding: gzip");
        return visit(socket, upstream());
      },
    );

  const rest = async (socket: Socket) => (await socket.toArray()).join("");

  it("sends all of it", async () => {
    const { result, problems } = await compressed((socket, upstream) => (upstream.finish(), rest(socket)));
    expect(result).toMatch(/\r\n0\r\n\r\n$/);
    expect(problems).toEqual([]);
  });

  it("cuts the transfer when the content breaks, and reports it once", async () => {
    const { result, problems } = await compressed((socket, upstream) => (upstream.reset(), rest(socket).catch(String)));
    expect(result).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(problems).toMatchObject(brokenOnce);
  });

  it("ends the exchange with the upstream when the client leaves", async () => {
    const { problems } = await compressed(async (socket, upstream) => String(await (socket.destroy(), upstream.closed)));
    expect(problems.filter(({ status }) => status >= 500)).toEqual([]);
  });
});

// A response whose content ends with its connection is reset when it is cut: a clean end would pass for the content's.
import { once } from "node:events";
import { createServer as createSecureServer } from "node:https";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { connect as connectTls } from "node:tls";
import { fgErrors as expressErrors, fgResponses as expressUpstream, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { patience } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with that content, which breaks. */
type Create = (content: (response: ServerResponse) => Readable) => Listener;

const quiet = { onError() {} };

const onExpress =
  (framework: typeof express, answer: (content: Readable, response: express.Response) => unknown): Create =>
  (content) => {
    const app = framework().disable("x-powered-by").use(expressUpstream(quiet));
    app.use((_request, response, next) => void Promise.resolve(answer(content(response), response)).catch(next));
    return app.use(expressErrors(quiet)) as Listener;
  };

const onKoa =
  (Framework: typeof Koa, answer: (content: Readable, ctx: Koa.Context) => unknown, isIntercepted = false): Create =>
  (content) => {
    const app = new Framework().on("error", () => {}).use(koaErrors(quiet));
    if (isIntercepted) app.use(koaUpstream(quiet));
    app.use((ctx) => answer(content(ctx.res), ctx) as Promise<void>);
    return app.callback() as Listener;
  };

const reply = (body: Readable) => ({ statusCode: 200, headers: {}, body });
const onRes = (write: (content: Readable, response: ServerResponse) => unknown) => (content: Readable, ctx: Koa.Context) => {
  ctx.respond = false;
  ctx.res.statusCode = 200;
  return write(content, ctx.res);
};
const throws = async (content: Readable, response: ServerResponse) => {
  for await (const chunk of content) response.write(chunk); // rejects with what breaks
};

const writers: Readonly<Record<string, Create>> = {
  "a handler that throws, Express 5": onExpress(express, throws),
  "a handler that throws, Express 4": onExpress(express4, throws),
  "a handler that throws, Koa 3": onKoa(Koa, onRes(throws)),
  "a handler that throws, Koa 2": onKoa(Koa2, onRes(throws)),
  "relay(), Express 5": onExpress(express, (content, response) => expressRelay(response, reply(content))),
  "relay(), Koa 3": onKoa(Koa, (content, ctx) => koaRelay(ctx, reply(content))),
  "relay(), Koa 2": onKoa(Koa2, (content, ctx) => koaRelay(ctx, reply(content))),
  "ctx.body, Koa 3": onKoa(Koa, (content, ctx) => void (ctx.body = content)),
  "ctx.body, Koa 2": onKoa(Koa2, (content, ctx) => void (ctx.body = content)),
  "pipe() behind fgResponses(), Express 5": onExpress(express, (content, response) => content.pipe(response)),
  "pipeline() behind fgResponses(), Express 5": onExpress(express, (content, response) => pipeline(content, response, () => {})),
  "pipeline() behind fgResponses(), Koa 3": onKoa(
    Koa,
    onRes((content, response) => pipeline(content, response, () => {})),
    true,
  ),
};

/** How a response comes to end with its connection; the last ones say themselves where they end. */
const framings: Readonly<Record<string, [version: string, set: (response: ServerResponse) => unknown]>> = {
  "no chunks": ["1.1", (response) => response.removeHeader("Transfer-Encoding")],
  "no chunks, Connection: close": [
    "1.1",
    (response) => (response.removeHeader("Transfer-Encoding"), response.setHeader("Connection", "close")),
  ],
  "a coding that is not chunked": ["1.1", (response) => response.setHeader("Transfer-Encoding", "identity")],
  "HTTP/1.0": ["1.0", () => {}],
  "HTTP/0.9": ["0.9", () => {}],
};
const delimited: typeof framings = {
  chunks: ["1.1", () => {}],
  "a length": ["1.1", (response) => response.setHeader("Content-Length", 1000)],
};

/** How the content breaks. */
const breaks: Readonly<Record<string, (content: PassThrough) => unknown>> = {
  "with an error": (content) => content.destroy(new Error("s3cr3t")),
  "by its close": (content) => content.destroy(),
};

const { cert, key } = certificate();
const transports: Readonly<Record<string, [create: (listener: Listener) => Server, open: (port: number) => Socket]>> = {
  TCP: [(listener) => createServer(listener), (port) => connect(port, "127.0.0.1")],
  TLS: [
    (listener) => createSecureServer({ cert, key }, listener),
    (port) => connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }),
  ],
};

describe.each(Object.keys(transports))("over %s", (transport) => {
  describe.each(Object.entries(writers))("%s", (_name, create) => {
    it.each(Object.keys(framings).flatMap((framing) => Object.keys(breaks).map((how) => [framing, how] as const)))(
      "is reset: %s, broken %s",
      async (framing, how) => {
        expect(await endOf(transport, create, framings[framing]!, breaks[how]!)).toMatchObject({ end: "ECONNRESET" });
      },
    );
  });

  it.each(Object.keys(delimited))("is cut without a reset, which would cost what is on its way: %s", async (framing) => {
    const { end, bytes } = await endOf(
      transport,
      writers["a handler that throws, Express 5"]!,
      delimited[framing]!,
      breaks["with an error"]!,
    );
    expect([end, bytes]).toEqual(["end", expect.stringMatching(/first (?:\r\n)?$/)]);
  });
});

/** What ends the connection when the content breaks whose first octets the client has. */
async function endOf(
  transport: string,
  create: Create,
  [version, set]: (typeof framings)[string],
  breakContent: (content: PassThrough) => unknown,
) {
  const content = new PassThrough();
  content.write("first ");
  const [createServer, open] = transports[transport]!;
  const server = createServer(create((response) => (set(response), content))).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const socket = open((server.address() as AddressInfo).port).setEncoding("latin1");
    socket.write(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
    const ended = new Promise<string>((resolve) => {
      socket.on("end", () => resolve("end")).on("error", (error: NodeJS.ErrnoException) => resolve(error.code!));
    });
    let bytes = "";
    socket.on("data", (chunk: string) => (bytes += chunk));
    while (!bytes.includes("first ")) await once(socket, "data");
    breakContent(content);
    socket.setTimeout(patience, () => socket.destroy(new Error(`no end within ${patience} ms`)));
    return { end: await ended, bytes };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

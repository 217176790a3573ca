// An upload that its upstream does not take to the end: the next request on the client's connection is answered.
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createRawServer, type AddressInfo, type Socket } from "node:net";
import { Readable } from "node:stream";
import { clientSignal, upstreamRequest } from "@fg-errors/core/upstream";
import { fgErrors as expressErrors, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import axios from "axios";
import express from "express";
import got from "got";
import Koa from "koa";
import * as undici from "undici";
import { describe, expect, it } from "vitest";
import { patience } from "../patience.js";

type Call = (request: IncomingMessage, response: ServerResponse, target: string) => Promise<never>;

/** Ways to upload. Some read the request itself, which ends it when they end early. */
const calls: Readonly<Record<string, Call>> = {
  "fetch(), upstreamRequest()": async (request, response, target) =>
    fetch(target, { ...upstreamRequest(request), signal: clientSignal(response) } as never) as never,
  "fetch(), the request itself": async (request, response, target) =>
    fetch(target, { method: "POST", body: request, duplex: "half", signal: clientSignal(response) } as never) as never,
  "undici's request(), upstreamRequest()": async (request, response, target) => {
    const { method, headers, body } = upstreamRequest(request);
    return undici.request(target, { method, headers, body, signal: clientSignal(response) } as never) as never;
  },
  "undici's request(), the request itself": async (request, response, target) =>
    undici.request(target, { method: "POST", body: request, signal: clientSignal(response) }) as never,
  axios: async (request, response, target) =>
    (
      await axios({
        url: target,
        method: "POST",
        data: request,
        responseType: "stream",
        validateStatus: null,
        maxRedirects: 0,
        signal: clientSignal(response),
      })
    ).data as never,
  got: (request, _response, target) =>
    new Promise((resolve, reject) => {
      const stream = got.stream(target, {
        method: "POST",
        throwHttpErrors: false,
        retry: { limit: 0 },
        body: Readable.from(upstreamRequest(request).body!),
      });
      stream.on("error", reject).on("response", ({ statusCode, headers }: IncomingMessage) => {
        resolve({ statusCode, headers, body: stream } as never);
      });
    }),
  "node:http": (request, _response, target) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(target, upstreamRequest(request), resolve as never).on("error", reject);
      request.pipe(outgoing);
    }),
};

const gateways: Readonly<Record<string, (call: Call, target: string) => ReturnType<typeof createServer>>> = {
  Koa: (call, target) =>
    createServer(
      new Koa()
        .use(koaErrors({ onError() {} }))
        .use(async (ctx) => {
          if (ctx.path === "/alive") ctx.body = "still here";
          else await koaRelay(ctx, await call(ctx.req, ctx.res, target));
        })
        .callback(),
    ),
  Express: (call, target) =>
    createServer(
      express()
        .get("/alive", (_request, response) => void response.end("still here"))
        .use((request, response, next) => {
          call(request, response, target)
            .then((reply) => expressRelay(response, reply))
            .catch(next);
        })
        .use(expressErrors({ onError() {} })),
    ),
};

const answer = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`;

const upstreams: Readonly<Record<string, (socket: Socket) => void>> = {
  "resets at once": (socket) => socket.resetAndDestroy(),
  "resets amid the upload": (socket) => void socket.once("data", () => socket.resetAndDestroy()),
  "answers 413, and reads nothing more": (socket) => void socket.once("data", () => socket.pause().write(answer("413 No"))),
  "answers 200 amid the upload": (socket) => void socket.once("data", () => socket.end(answer("200 OK"))),
};

/** Sends an upload and, once its answer begins, another request on the same connection; gives all that comes back. */
function converse(port: number, size: number, isChunked: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = "";
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(patience, () => (socket.destroy(), reject(new Error(`no answer after: ${bytes}`))));
    socket.on("error", () => {}).on("close", () => resolve(bytes));
    socket.on("data", (chunk) => {
      if (bytes === "") socket.write("GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      bytes += chunk.toString("latin1");
    });
    const content = "a".repeat(size);
    const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${size}`;
    socket.write(`POST /orders HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`);
    socket.write(isChunked ? `${size.toString(16)}\r\n${content}\r\n0\r\n\r\n` : content);
  });
}

async function listening<Server extends { listen: (port: number, host: string) => unknown; address: () => unknown }>(
  server: Server,
) {
  server.listen(0, "127.0.0.1");
  await once(server as never, "listening");
  return (server.address() as AddressInfo).port;
}

describe.each(Object.entries(gateways))("on %s", { concurrent: true }, (_framework, create) => {
  describe.each(Object.entries(calls))("by %s", { concurrent: true }, (_client, call) => {
    it.each(Object.entries(upstreams))("to an upstream that %s", async (_what, act) => {
      const upstream = createRawServer((socket) => act(socket.on("error", () => {})));
      const target = `http://127.0.0.1:${await listening(upstream)}`;
      const gateway = create(call, target);
      const port = await listening(gateway);
      try {
        for (const size of [300_000, 2_000_000])
          for (const isChunked of [false, true]) {
            const bytes = await converse(port, size, isChunked);
            expect(bytes).toMatch(/^HTTP\/1\.1 (?:502|400|200) /);
            expect(bytes).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*still here$/);
          }
      } finally {
        gateway.closeAllConnections();
        gateway.close();
        upstream.close();
      }
    });
  });
});

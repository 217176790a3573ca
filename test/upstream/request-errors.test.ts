// Requests of node:http without a listener for errors once the reply is there, as with events.once(): Node emits what breaks on them
// after that as well, and an error without a listener ends the process. Node 24 and later emit more of them than Node 20.
import { once } from "node:events";
import { get, type IncomingMessage, type RequestListener } from "node:http";
import { createServer, type Socket } from "node:net";
import { fgErrors, fgResponses, relay, upstream } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream, relay as koaRelay } from "@fg-errors/koa";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import express from "express";
import Koa from "koa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchange, request, withServer } from "../wire.js";

const heads = { 200: "HTTP/1.1 200 OK\r\n", 404: "HTTP/1.1 404 Not Found\r\n" };
const begun = "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nsome octets\r\n";

/** What becomes of the upstream's connection once the reply has begun. */
const breaks: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "a reset together with the reply": (socket) => socket.resetAndDestroy(),
  "a reset after it": (socket) => setTimeout(() => socket.resetAndDestroy(), 30),
  "a bad chunk after it": (socket) => setTimeout(() => socket.end("s3cr3t\r\n"), 30),
};

/** Asks without an ear for what happens after the head. */
async function ask(port: number): Promise<IncomingMessage> {
  const [reply] = await once(get({ host: "127.0.0.1", port, agent: false }), "response");
  return reply as IncomingMessage;
}

type Create = (port: number, options: ResponderOptions) => RequestListener;

const handlers: Readonly<Record<string, Create>> = {
  "relay() on Express": (port, options) =>
    express()
      .use(async (_request, response) => relay(response, await ask(port), options))
      .use(fgErrors(options)),
  "relay() on Koa": (port, options) => {
    const app = new Koa().on("error", () => {}).use(koaErrors(options));
    return app.use(async (ctx) => koaRelay(ctx, await ask(port), options)).callback();
  },
  "upstream() on Express": (port, options) =>
    express()
      .use(async (_request, response) => {
        for await (const octets of await upstream(ask(port), options)) response.write(octets);
        response.end();
      })
      .use(fgErrors(options)),
  "a body behind fgErrors() on Koa": (port, options) => {
    const app = new Koa().on("error", () => {}).use(koaErrors(options));
    return app.use(async (ctx) => void (ctx.body = await ask(port))).callback();
  },
  "a body behind fgResponses() on Koa": (port, options) => {
    const app = new Koa()
      .on("error", () => {})
      .use(koaErrors(options))
      .use(koaUpstream(options));
    return app
      .use(async (ctx) => {
        const reply = await ask(port);
        ctx.status = reply.statusCode!;
        ctx.body = reply;
      })
      .callback();
  },
  "a pipe behind fgResponses() on Express": (port, options) =>
    express()
      .use(fgResponses(options))
      .use(async (_request, response) => {
        const reply = await ask(port);
        response.writeHead(reply.statusCode!, reply.headers);
        reply.pipe(response);
      })
      .use(fgErrors(options)),
};

const uncaught: Error[] = [];
beforeEach(() => process.setUncaughtExceptionCaptureCallback((error) => void uncaught.push(error)));
afterEach(() => {
  process.setUncaughtExceptionCaptureCallback(null);
  uncaught.length = 0;
});

describe.each(Object.entries(handlers))("%s", (_name, create) => {
  describe.each(Object.entries(breaks))("%s", (_what, act) => {
    it.each([200, 404] as const)("does not end the process: %i", async (status) => {
      const reported: Problem[] = [];
      const sockets = new Set<Socket>();
      const service = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {}).once("data", () => (socket.write(heads[status] + begun), act(socket)));
      });
      const options = { onError: (problem: Problem) => void reported.push(problem) };
      const bytes = await withServer(service as never, (port) =>
        withServer(create(port, options), (gateway) => exchange(gateway, request("GET /")).catch(String)),
      );
      for (const socket of sockets) socket.destroy();
      expect(uncaught).toEqual([]);
      expect(reported).toHaveLength(1); // by the reply
      expect(bytes).not.toContain("s3cr3t");
      expect(bytes).not.toMatch(/\r\n0\r\n\r\n$/);
    });
  });
});

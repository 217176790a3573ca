// Heads that Node refuses after all, when their writer is no longer there to catch what it throws.
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { fgErrors as expressErrors, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";

const invocation = { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" };
const trailing = { Trailer: "X-Sum", "Content-Length": 7 };

/** In a callback, where nobody catches. */
const later = (response: ServerResponse, content = '{"a":1}') => void Readable.from([Buffer.from(content)]).pipe(response);

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeAll(() => void process.prependListener("uncaughtException", note));
afterAll(() => void process.off("uncaughtException", note));

/** The writer, and the status that its client gets. */
const writers: Readonly<Record<string, [status: number, write: (response: ServerResponse) => unknown]>> = {
  "a Trailer beside the length": [200, (response) => later(response.writeHead(200, trailing))],
  "the same as a list": [200, (response) => later(response.writeHead(200, Object.entries(trailing).flat() as string[]))],
  "a Trailer of its own before the length": [
    200,
    (response) => later(response.setHeader("Trailer", "X-Sum").writeHead(200, { "Content-Length": 7 })),
  ],
  "a Trailer that is set once the head waits": [
    500,
    (response) => later(response.writeHead(200, { "Content-Length": 7 }).setHeader("Trailer", "X-Sum")),
  ],
  "a reason that is set before": [
    200,
    (response) => later(Object.assign(response, { statusMessage: "O\u0001K" }).writeHead(200, { "Content-Length": 7 })),
  ],
  "a reason, and the head implied": [200, (response) => later(Object.assign(response, { statusMessage: "O\u0001K" }))],
  "a Trailer that is inspected": [200, (response) => later(response.writeHead(200, { ...invocation, ...trailing }))],
  "a Trailer beside the length, with functions inspected by the implied head": [
    200,
    (response) => {
      for (const [name, value] of Object.entries({ ...invocation, ...trailing })) response.setHeader(name, value);
      later(response);
    },
  ],
};

describe.each(gateways)("$name", (gateway) => {
  const ask = async (writer: Writer, bytes: string) => {
    const { reported, options } = recordProblems({ hiddenFailures: true, errorBodyLimit: 1000 });
    const received = await withServer(gateway.create(writer, options), (port) => exchange(port, bytes).catch(String));
    expect(uncaught.splice(0)).toEqual([]);
    return { reported, bytes: received, answer: parseAnswer(received) };
  };

  it.each(Object.entries(writers))("sends or answers %s", async (_what, [status, write]) => {
    const { reported, answer } = await ask((_request, response) => void write(response), request("GET /"));
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.text).toMatch(/\{"a":1\}/);
    else assertContract(answer);
    expect(reported).toHaveLength(status === 200 ? 0 : 1);
  });

  it("answers a reply that is passed on with content that Node refuses", async () => {
    const { reported, answer } = await ask((_request, response) => {
      Object.assign(response, { strictContentLength: true });
      response.writeHead(200, { ...invocation, "Content-Length": 7 });
      response.write("x".repeat(8));
      setImmediate(() => response.write("x".repeat(2000))); // beyond the limit: what was written before is written now
    }, request("GET /"));
    expect(Number.isNaN(answer.status) || answer.status === 500).toBe(true);
    expect(reported).toHaveLength(1);
  });
});

/** Gateways that have set something themselves before they relay. */
const relays: Readonly<Record<string, (to: string) => RequestListener>> = {
  "Express 5": (to) => onExpress(express, to),
  "Express 4": (to) => onExpress(express4, to),
  "Koa 3": (to) => onKoa(new Koa(), to),
  "Koa 2": (to) => onKoa(new Koa2(), to),
};

it.each(Object.entries(relays))("relay() leaves out what the gateway itself has set: %s", async (_name, create) => {
  const upstream: RequestListener = (_request, response) => void response.writeHead(200, { "Content-Length": 7 }).end("content");
  const bytes = await withServer(createServer(upstream), (to) =>
    withServer(create(`http://127.0.0.1:${to}`), (port) => exchange(port, request("GET /"))),
  );
  expect(uncaught.splice(0)).toEqual([]);
  expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content$/);
  expect(bytes).not.toMatch(/trailer/i);
});

function onExpress(framework: typeof express, to: string) {
  const app = framework().use((_request, response, next) => {
    Object.assign(response, { statusMessage: "O\u0001K" }).setHeader("Trailer", "X-Sum");
    next();
  });
  app.use(
    (_request, response, next) =>
      void fetch(to)
        .then((reply) => expressRelay(response, reply))
        .catch(next),
  );
  return app.use(expressErrors(recordProblems().options)) as Listener;
}

function onKoa(app: Koa, to: string) {
  app.use(koaErrors(recordProblems().options)).use((ctx, next) => (ctx.set("Trailer", "X-Sum"), next()));
  return app.use(async (ctx) => koaRelay(ctx, await fetch(to))).callback() as Listener;
}

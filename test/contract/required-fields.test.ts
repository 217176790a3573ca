// With a contract that has them: a 416 says how long the file is, a 426 which protocol, a 451 who blocks (RFC 9110 sections 15.5.17 and 15.5.22, RFC 7725).
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import { extendContract, functionGraph, problem } from "@fg-errors/core";
import { toInvocation } from "@fg-errors/core/functiongraph";
import { fgErrors as expressErrors, fgProxy, fgResponses, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import createError from "http-errors";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { overHttp2 } from "../interceptor/over-http2.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const send = createRequire(import.meta.url)("send") as (
  request: unknown,
  path: string,
  options: object,
) => NodeJS.EventEmitter & {
  pipe: (response: unknown) => void;
};

const row = (title: string) => ({ title, description: title });
const contract = extendContract(functionGraph, { 416: row("Range"), 426: row("Upgrade"), 451: row("Blocked") });
const options = { contract, onError: () => {} };
const own = new URL(import.meta.url);
const unsatisfied = { "Content-Range": "bytes */7" };
const blocked = { Link: '<https://court.example/>; rel="blocked-by"' };

/** What is thrown, and the field that the answer must have or, if it is null, not have. */
const thrown: readonly (readonly [what: string, error: () => unknown, status: number, field: string, value: string | null])[] = [
  ["a length", () => createError(416, { headers: unsatisfied }), 416, "content-range", "bytes */7"],
  ["another unit", () => createError(416, { headers: { "content-range": "pages */7" } }), 416, "content-range", "pages */7"],
  ["a range", () => createError(416, { headers: { "Content-Range": "bytes 0-1/7" } }), 416, "content-range", null],
  ["none", () => createError(416), 416, "content-range", null],
  ["a length of another status", () => createError(409, { headers: unsatisfied }), 409, "content-range", null],
  ["a protocol", () => createError(426, { headers: { Upgrade: "TLS/1.2, HTTP/1.1" } }), 426, "upgrade", "TLS/1.2, HTTP/1.1"],
  ["no protocol", () => createError(426), 426, "upgrade", "websocket"],
  ["our own class", () => problem(426, "Use it.", { headers: { upgrade: "example/1" } }), 426, "upgrade", "example/1"],
  ["a protocol of another status", () => createError(409, { headers: { Upgrade: "a" } }), 409, "upgrade", null],
  ["who blocks", () => createError(451, { headers: blocked }), 451, "link", blocked.Link],
];

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  it.each(thrown)("keeps what belongs to the status of a thrown error: %s", async (_what, error, status, name, value) => {
    const act = () => Promise.reject(error() as Error);
    const answer = parseAnswer(await withServer(create(act, options), (port) => exchange(port, request("GET /act"))));
    expect([answer.status, answer.headers.get(name)]).toEqual([status, value]);
    expect(answer.headers.get("connection")).toBe(name === "upgrade" && value !== null ? "Upgrade, close" : "close");
    const [http2] = await overHttp2(createHttp2(act, options) as RequestListener, ["/act"]);
    expect([http2!.status, http2!.headers.get(name)]).toEqual([status, name === "upgrade" ? null : value]);
  });

  it("keeps the connection of a 426", async () => {
    const act = () => Promise.reject(createError(426));
    const asked = request("GET /act", { Connection: "keep-alive" }) + request("GET /act");
    const bytes = await withServer(create(act, options), (port) => exchange(port, asked));
    expect(bytes.match(/^connection: .*$/gim)).toEqual([
      expect.stringMatching(/: Upgrade$/),
      expect.stringMatching(/: Upgrade, close$/),
    ]);
  });

  it("keeps the length that was set before", async () => {
    const act: Parameters<typeof create>[0] = (_request, response) => {
      response.setHeader("Content-Range", "bytes */7");
      throw createError(416);
    };
    const answer = parseAnswer(await withServer(create(act, options), (port) => exchange(port, request("GET /act"))));
    expect(assertContract(answer, contract)).toMatchObject({ status: 416 });
  });

  it("drops all of them where the contract has no such status", async () => {
    for (const error of [createError(416, { headers: unsatisfied }), createError(426)]) {
      const act = () => Promise.reject(error);
      const answer = parseAnswer(await withServer(create(act, { onError() {} }), (port) => exchange(port, request("GET /act"))));
      expect(assertContract(answer)).toMatchObject({ status: 400 });
      expect([answer.headers.get("upgrade"), answer.headers.get("content-range")]).toEqual([null, null]);
    }
  });

  it("follows a status that map() changes", async () => {
    const act = () => Promise.reject(createError(416, { headers: unsatisfied }));
    const changed = { ...options, map: () => ({ status: 409 }) };
    const answer = parseAnswer(await withServer(create(act, changed), (port) => exchange(port, request("GET /act"))));
    expect(assertContract(answer, contract)).toMatchObject({ status: 409 });
  });
});

/** Serves this file to a client that asks for a range behind its end. */
const past = request("GET /required-fields.test.ts", { Range: "bytes=9999999-" });

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  const root = new URL(".", own).pathname;
  const apps: Readonly<Record<string, () => express.Express>> = {
    "express.static()": () => framework().use(framework.static(root)),
    "express.static() behind fgResponses()": () => framework().use(fgResponses(options), framework.static(root)),
    "send, with its error passed on": () =>
      framework().use(
        (incoming, response, next) => void send(incoming, incoming.path, { root }).on("error", next).pipe(response),
      ),
    "send behind fgResponses()": () =>
      framework().use(fgResponses(options), (incoming, response) => void send(incoming, incoming.path, { root }).pipe(response)),
    "response.sendFile()": () => framework().use((incoming, response) => response.sendFile(incoming.path, { root })),
  };

  it.each(Object.entries(apps))("keeps the length of %s", async (_name, create) => {
    const app = create().use(expressErrors(options)) as RequestListener;
    const answer = parseAnswer(await withServer(app, (port) => exchange(port, past)));
    expect(assertContract(answer, contract)).toMatchObject({ status: 416 });
  });
});

const replies: readonly (readonly [status: number, name: string, value: string, passed: string | null])[] = [
  [416, "content-range", "bytes */7", "bytes */7"],
  [416, "content-range", "bytes 0-1/7", null],
  [426, "upgrade", "example/1", "example/1"],
  [451, "link", blocked.Link, blocked.Link],
  [451, "link", "</style.css>; rel=preload", null],
  [404, "link", blocked.Link, null],
];

const gateways: Readonly<Record<string, (target: string) => RequestListener>> = {
  "fgProxy() on Express": (target) =>
    express()
      .use(createProxyMiddleware({ target, ...fgProxy(options) }))
      .use(expressErrors(options)) as RequestListener,
  "relay() on Express": (target) =>
    express()
      .use(async (_request, response) => expressRelay(response, await fetch(target)))
      .use(expressErrors(options)) as RequestListener,
  "relay() on Koa 3": (target) =>
    new Koa()
      .use(koaErrors(options))
      .use(async (ctx) => koaRelay(ctx, await fetch(target)))
      .callback(),
  "relay() on Koa 2": (target) =>
    new Koa2()
      .use(koaErrors(options))
      .use(async (ctx) => koaRelay(ctx, await fetch(target)))
      .callback(),
};

describe.each(Object.entries(gateways))("%s", (_name, create) => {
  it.each(replies)("passes on what belongs to an upstream's %i: %s: %s", async (status, name, value, passed) => {
    const upstream = createServer((_request, response) => response.writeHead(status, { [name]: value }).end());
    const bytes = await withServer(upstream, (to) =>
      withServer(create(`http://127.0.0.1:${to}`), (port) => exchange(port, request("GET /"))),
    );
    const answer = parseAnswer(bytes);
    expect([answer.status, answer.headers.get(name)]).toEqual([status, passed]);
  });
});

it("gives a function's result the same", () => {
  const { statusCode, headers } = toInvocation(problem(416, "No such range.", { headers: unsatisfied }), undefined, { contract });
  expect([statusCode, headers["content-range"]]).toEqual([416, "bytes */7"]);
});

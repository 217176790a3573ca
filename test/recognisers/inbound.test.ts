import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bodyParser as koaBodyparser } from "@koa/bodyparser";
import bodyParser from "body-parser";
// @ts-expect-error -- no types
import bodyParser1 from "body-parser1";
import coBody from "co-body";
import { doubleCsrf } from "csrf-csrf";
import { csrfSync } from "csrf-sync";
import csurf from "csurf";
import express, { type NextFunction, type Request, type Response } from "express";
import express4 from "express4";
import createError from "http-errors";
import type { Context } from "koa";
import { koaBody } from "koa-body";
import koaSend from "koa-send";
import koaStatic from "koa-static";
import getRawBody from "raw-body";
import send from "send";
import serveStatic from "serve-static";
import { afterAll, describe, expect, it } from "vitest";
import { normalizeError, type NormalizeOptions, type Problem } from "@fg-errors/core";
import { thrownBy, thrownByExpress, thrownByKoa, type Sent } from "./thrown-by.js";

type Row = readonly [what: string, run: () => unknown, expected: Partial<Problem>, options?: NormalizeOptions];

function testRows(rows: readonly Row[]): void {
  for (const [what, run, expected, options] of rows) {
    it(what, async () => {
      const { cause: _cause, ...problem } = normalizeError(await run(), options);
      expect(problem).toMatchObject(expected);
      expect(JSON.stringify(problem)).not.toContain("s3cr3t");
    });
  }
}

/** What is expected of content that is refused with `receivedStatus`, which is folded to a 400. */
const refused = (receivedStatus: number | undefined, detail: string) => ({ status: 400, receivedStatus, detail });
const notJson = refused(undefined, "The request's content is not valid JSON.");
const unpackable = { status: 400, receivedStatus: undefined, detail: "The request is malformed or not acceptable as it stands." };
const tooLarge = refused(413, "The request's content is too large.");
const gone = { status: 408, receivedStatus: 499 };

const json = (body: string | Buffer, headers = {}): Sent => ({
  body,
  headers: { "Content-Type": "application/json", ...headers },
});
const form = (body: string): Sent => ({ body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
const leaves = { ...json('{"a":', { "Content-Length": "100" }), cut: true };
const encoded = { encodedRequest: true };

describe.each([
  [1, 4],
  [2, 5],
] as const)("body-parser %i on Express %i", (major, version) => {
  const parser = major === 1 ? (bodyParser1 as typeof bodyParser) : bodyParser;
  const on = (middleware: express.Handler, sent: Sent) => () => thrownByExpress(version, middleware, sent);
  const extended = (options: object) => parser.urlencoded({ extended: true, ...options });
  const failing = (error: Error) => () => {
    throw error;
  };
  const charset = refused(415, "The charset of the request's content is not supported.");
  const coding = refused(415, "The coding of the request's content is not supported.");
  testRows([
    ["JSON that does not parse", on(parser.json(), json('{"a": s3cr3t')), notJson],
    ["JSON that is no object", on(parser.json(), json('"s3cr3t"')), notJson],
    ["content that is too large", on(parser.json({ limit: 2 }), json('"s3cr3t"')), tooLarge],
    ["a charset of JSON", on(parser.json(), json("{}", { "Content-Type": "application/json; charset=s3cr3t" })), charset],
    [
      "a charset of text",
      on(parser.text(), json("", { "Content-Type": "text/plain; charset=s3cr3t", "Transfer-Encoding": "chunked" })),
      charset,
    ],
    ["a coding", on(parser.json(), json("{}", { "Content-Encoding": "s3cr3t" })), coding],
    [
      "a coding that is turned off",
      on(parser.json({ inflate: false }), json(gzipSync("{}"), { "Content-Encoding": "gzip" })),
      coding,
    ],
    ["content that does not unpack", on(parser.json(), json("s3cr3t", { "Content-Encoding": "gzip" })), unpackable],
    [
      "many parameters",
      on(extended({ parameterLimit: 1 }), form("a=1&s3cr3t=2")),
      refused(413, "The request's content has too many parameters."),
    ],
    [
      "deep parameters",
      on(extended({ depth: 1 }), form("a[b][c][s3cr3t]=1")),
      refused(undefined, "The request's content is nested too deeply."),
    ],
    [
      "a reviver that throws",
      on(parser.json({ reviver: failing(new Error("s3cr3t")) }), json("{}")),
      refused(undefined, "The request's content could not be parsed."),
    ],
    [
      "verify",
      on(parser.json({ verify: failing(new Error("s3cr3t")) }), json("{}")),
      { status: 403, detail: "The request's content was refused." },
    ],
    [
      "verify with a status",
      on(parser.json({ verify: failing(createError(401, "s3cr3t")) }), json("{}")),
      { status: 401, detail: "The request's content was refused." },
    ],
    [
      "verify that breaks",
      on(parser.json({ verify: failing(createError(503, "s3cr3t")) }), json("{}")),
      { status: 503, detail: expect.stringContaining("try again") },
    ],
    ["a client that leaves", on(parser.json(), leaves), gone],
  ]);
});

describe("raw-body", () => {
  const read = (sent: Sent, options: getRawBody.Options) => () =>
    thrownBy(sent, (caught) => (request) => void getRawBody(request, options).catch(caught));
  const listened = () =>
    thrownBy({ body: "s3cr3t" }, (caught) => (request) => void getRawBody(request.setEncoding("utf8")).catch(caught));
  testRows([
    ["content that is too large", read({ body: "s3cr3t" }, { limit: 2 }), tooLarge],
    [
      "content that is not as long as announced",
      read({ body: "s3cr3t" }, { length: 2 }),
      refused(undefined, "The request's content is not as long as its Content-Length says."),
    ],
    [
      "a charset",
      read({ body: "s3cr3t" }, { encoding: "s3cr3t" }),
      refused(415, "The coding of the request's content is not supported."),
    ],
    ["a client that leaves", read(leaves, {}), gone],
    ["a stream that was set up wrongly", listened, { status: 500, receivedStatus: undefined }],
  ]);
});

describe.each([
  ["co-body", (ctx: Context) => coBody(ctx), 2],
  ["co-body", (ctx: Context) => coBody(ctx), 3],
  ["@koa/bodyparser", koaBodyparser(), 2],
  ["@koa/bodyparser", koaBodyparser(), 3],
  ["koa-body", koaBody(), 2],
  ["koa-body", koaBody(), 3],
] as const)("%s", (_library, middleware, version) => {
  const on = (sent: Sent) => () => thrownByKoa(version, middleware as never, sent);
  describe(`on Koa ${version}`, () => {
    testRows([
      ["JSON that does not parse", on(json('{"a": s3cr3t')), notJson],
      ["JSON that is no object", on(json('"s3cr3t"')), notJson],
      ["JSON that would reach for a prototype", on(json('{"__proto__": {"s3cr3t": 1}}')), notJson],
      ["content that is too large", on(json(`"${"s3cr3t".repeat(200_000)}"`)), tooLarge],
      ["a coding", on(json("{}", { "Content-Encoding": "s3cr3t" })), { status: 400, receivedStatus: 415 }],
      ["gzip that does not unpack", on(json("s3cr3t", { "Content-Encoding": "gzip" })), unpackable, encoded],
      [
        "gzip that stops short",
        on(json(gzipSync('"s3cr3t"').subarray(0, 20), { "Content-Encoding": "gzip" })),
        unpackable,
        encoded,
      ],
      ["Brotli that does not unpack", on(json("s3cr3t", { "Content-Encoding": "br" })), unpackable, encoded],
      ["a client that leaves", on(leaves), gone],
    ]);
  });
});

describe("co-body", () => {
  testRows([
    [
      "a type that it does not know",
      () => thrownByKoa(3, (ctx: Context) => coBody(ctx), json("", { "Content-Type": "image/s3cr3t" })),
      { status: 400, receivedStatus: 415 },
    ],
  ]);
});

describe("JSON of nobody knows whom", () => {
  const parse = () => {
    try {
      return JSON.parse("s3cr3t");
    } catch (error) {
      return error;
    }
  };
  testRows([
    ["nothing is known", parse, { status: 500 }],
    ["it is the request's", parse, notJson, { origin: "inbound" }],
  ]);
});

describe("addresses", () => {
  const get = { method: "GET", path: "/%s3cr3t" };
  const decode = (ctx: Context) => decodeURIComponent(ctx.path);
  const malformed = refused(undefined, "The request's address is not validly percent-encoded.");
  testRows([
    [
      "Express 4",
      () =>
        thrownByExpress(
          4,
          express4.Router().get("/:id", () => {}),
          get,
        ),
      malformed,
    ],
    [
      "Express 5",
      () =>
        thrownByExpress(
          5,
          express.Router().get("/:id", () => {}),
          get,
        ),
      malformed,
    ],
    ["Koa, in a handler", () => thrownByKoa(3, decode, get), malformed],
    ["an upstream's", () => thrownByKoa(3, decode, get), { status: 500 }, { origin: "upstream" }],
  ]);
});

describe("files", () => {
  const root = mkdtempSync(join(tmpdir(), "s3cr3t-"));
  writeFileSync(join(root, "a.txt"), "s3cr3t");
  afterAll(() => rmSync(root, { recursive: true }));

  type Server = (sent: Sent) => Promise<unknown>;
  const sendIt = (request: IncomingMessage, response: ServerResponse, next: (error: unknown) => void) =>
    void send(request, request.url!, { root, dotfiles: "deny" }).on("error", next).pipe(response);
  const sendFile = (request: Request, response: Response, next: NextFunction) =>
    response.sendFile(decodeURIComponent(request.url), { root, dotfiles: "deny" }, next);
  const staticFiles = serveStatic(root, { fallthrough: false, dotfiles: "deny" });
  const only = (status: number, receivedStatus?: number) => ({ status, receivedStatus });
  const servers: readonly (readonly [string, Server])[] = [
    ["send", (sent) => thrownByExpress(5, sendIt, sent)],
    ["serve-static on Express 4", (sent) => thrownByExpress(4, staticFiles, sent)],
    ["serve-static on Express 5", (sent) => thrownByExpress(5, staticFiles, sent)],
    ["res.sendFile of Express 4", (sent) => thrownByExpress(4, sendFile, sent)],
    ["res.sendFile of Express 5", (sent) => thrownByExpress(5, sendFile, sent)],
  ];
  const get =
    (server: Server, path: string, headers = {}) =>
    () =>
      server({ method: "GET", path, headers });
  describe.each(servers)("%s", (_name, server) => {
    testRows([
      ["a file that is not there", get(server, "/s3cr3t"), only(404)],
      ["a name that is too long", get(server, `/${"s3cr3t".repeat(60)}`), only(404)],
      ["a hidden file", get(server, "/.s3cr3t"), only(403)],
      ["a way out", get(server, "/..%2f..%2fs3cr3t"), only(403)],
      ["a null byte", get(server, "/s3cr3t%00"), only(400)],
      ["a range", get(server, "/a.txt", { Range: "bytes=100-" }), only(400, 416)],
      ["a precondition", get(server, "/a.txt", { "If-Match": '"s3cr3t"' }), only(409, 412)],
    ]);
  });
  describe.each([2, 3] as const)("koa-send and koa-static on Koa %i", (version) => {
    const sent: Server = (request) => thrownByKoa(version, (ctx: Context) => koaSend(ctx, ctx.path, { root }), request);
    const served: Server = (request) => thrownByKoa(version, koaStatic(root), request);
    const malicious = { status: 400, detail: "Malicious Path" };
    testRows([
      ["a file that is not there", get(sent, "/s3cr3t"), only(404)],
      ["a name that is too long", get(sent, `/${"s3cr3t".repeat(60)}`), only(404)],
      ["a way out", get(sent, "/..%2fs3cr3t"), { status: 403 }],
      ["a null byte", get(sent, "/s3cr3t%00"), malicious],
      ["a path that does not decode", get(sent, "/%s3cr3t"), { status: 400, detail: "failed to decode" }],
      ["a way out of koa-static", get(served, "/..%2fs3cr3t"), { status: 403 }],
      ["a null byte for koa-static", get(served, "/s3cr3t%00"), malicious],
    ]);
  });
});

describe("CSRF tokens", () => {
  const forged: Sent = { headers: { "X-CSRF-Token": "s3cr3t" } };
  const protect = (middleware: unknown) => () =>
    thrownByExpress(
      5,
      (request: Request, response: Response, next: NextFunction) => {
        Object.assign(request, { session: {}, cookies: {} });
        (middleware as express.Handler)(request, response, next);
      },
      forged,
    );
  const invalid = { status: 403, detail: "invalid csrf token" };
  const own = Object.assign(new Error("s3cr3t"), { code: "EBADCSRFTOKEN" });
  testRows([
    ["csurf", protect(csurf()), invalid],
    [
      "csrf-csrf",
      protect(doubleCsrf({ getSecret: () => "s3cr3t", getSessionIdentifier: () => "s3cr3t" }).doubleCsrfProtection),
      invalid,
    ],
    ["csrf-sync", protect(csrfSync().csrfSynchronisedProtection), invalid],
    ["csurf, set up wrongly", () => thrownByExpress(5, csurf(), forged), { status: 500 }],
    ["the same code on an error of one's own", () => own, { status: 403 }],
  ]);
});

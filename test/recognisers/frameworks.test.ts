import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { errors as feathers } from "@feathersjs/errors";
import createFastifyError from "@fastify/error";
import Boom from "@hapi/boom";
import * as nest from "@nestjs/common";
import { initTRPC, TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { IsEmail } from "class-validator";
import { buildSchema, graphql, GraphQLError, parse } from "graphql";
import * as h3 from "h3";
import * as h3v1 from "h3v1";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";
import createError from "http-errors";
import type { Context } from "koa";
import { ofetch } from "ofetch";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { normalizeError, type Problem } from "@fg-errors/core";
import { failure, refusal } from "./outcome.js";
import { thrownByKoa } from "./thrown-by.js";

/** A row: what throws, and what is expected of the problem; a number where the problem has nothing but the status. */
type Row = readonly [what: string, run: () => unknown, expected: Partial<Problem> | number];

function testRows(rows: readonly Row[]): void {
  it.each(rows)("%s", async (_what, run, expected) => {
    const { cause: _cause, ...problem } = normalizeError(await failure(run));
    if (typeof expected === "object") expect(problem).toMatchObject(expected);
    else expect(problem).toEqual({ ...normalizeError({ status: expected }), cause: undefined });
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });
}

/** Throws what it is given, or makes of it. */
const fail = (error: unknown) => async () => {
  throw typeof error === "function" ? await error() : error;
};

const noFile = () => failure<Error>(() => readFileSync("/s3cr3t/order.json"));
const noJson = () => failure<Error>(() => JSON.parse("s3cr3t"));

describe("http-errors", () => {
  testRows([
    ["a message for the client", fail(createError(404, "No such order")), { status: 404, detail: "No such order" }],
    [
      "a status that is folded",
      fail(createError(410, "Gone for good")),
      { status: 404, receivedStatus: 410, detail: "Gone for good" },
    ],
    [
      "headers",
      fail(createError(401, "Log in", { headers: { "WWW-Authenticate": "Basic", "Set-Cookie": "s3cr3t" } })),
      { status: 401, detail: "Log in", headers: { "www-authenticate": "Basic" } },
    ],
    ["a 4xx that is not exposed", fail(createError(403, "s3cr3t", { expose: false, headers: { "X-A": "s3cr3t" } })), 403],
    ["a 5xx", fail(createError(503, "s3cr3t")), 503],
    ["a 5xx that claims to be exposed", fail(createError(501, "s3cr3t", { expose: true, headers: { "X-A": "s3cr3t" } })), 501],
    ["a 500", fail(createError(500, "s3cr3t")), 500],
    ["a 5xx to be folded", fail(createError(508, "s3cr3t")), { status: 500, receivedStatus: 508 }],
    ["a system error that was given a status", fail(async () => createError(404, await noFile())), 404],
    [
      "an error of the language that was given a status",
      fail(async () => createError(400, await noJson())),
      { status: 400, detail: "The request's content is not valid JSON." },
    ],
    [
      "a 500 leaves the word to its code",
      fail(async () => createError(500, await refusal())),
      { status: 502, proxyError: "connection_refused" },
    ],
  ]);
});

describe.each([2, 3] as const)("Koa %i", (version) => {
  const get = { method: "GET" };
  const koa = (middleware: (ctx: Context) => unknown) => async () => {
    throw await thrownByKoa(version, middleware, get);
  };
  testRows([
    ["ctx.throw", koa((ctx) => ctx.throw(409, "Already paid")), { status: 409, detail: "Already paid" }],
    [
      "ctx.throw with headers",
      koa((ctx) => ctx.throw(429, "Slow down", { headers: { "Retry-After": "7" } })),
      { status: 503, receivedStatus: 429, detail: "Slow down", headers: { "retry-after": "7" } },
    ],
    ["ctx.throw of a 5xx", koa((ctx) => ctx.throw(502, "s3cr3t")), 502],
    ["ctx.assert", koa((ctx) => ctx.assert(false, 403, "Not yours")), { status: 403, detail: "Not yours" }],
  ]);
});

describe("Boom", () => {
  testRows([
    [
      "a message for the client",
      fail(Boom.notFound("No such order", { row: "s3cr3t" })),
      { status: 404, detail: "No such order" },
    ],
    [
      "a challenge",
      fail(Boom.unauthorized("Log in", "Basic", { realm: "orders" })),
      { status: 401, detail: "Log in", headers: { "www-authenticate": 'Basic realm="orders", error="Log in"' } },
    ],
    [
      "methods",
      fail(Boom.methodNotAllowed("Only read", null, ["GET", "HEAD"])),
      { status: 405, headers: { allow: "GET, HEAD" } },
    ],
    ["a status that is folded", fail(Boom.badData("No price")), { status: 400, receivedStatus: 422, detail: "No price" }],
    ["a 500", fail(Boom.badImplementation("s3cr3t")), 500],
    ["a 503", fail(Boom.serverUnavailable("s3cr3t")), 503],
    ["a 502", fail(Boom.boomify(new Error("s3cr3t"), { statusCode: 502 })), 502],
    ["a system error that was given a status", fail(async () => Boom.boomify(await noFile(), { statusCode: 404 })), 404],
    [
      "an error of the language that was given a status",
      fail(async () => Boom.boomify(await noJson(), { statusCode: 400 })),
      400,
    ],
  ]);
});

describe("Nest", () => {
  class Login {
    mail!: string;
  }
  IsEmail()(Login.prototype, "mail");
  const validated = (options?: nest.ValidationPipeOptions) => () =>
    new nest.ValidationPipe(options).transform({ mail: "s3cr3t" }, { type: "body", metatype: Login });
  testRows([
    ["a message for the client", fail(new nest.NotFoundException("No such order")), { status: 404, detail: "No such order" }],
    [
      "a text as the whole response",
      fail(new nest.HttpException("Short and stout", 418)),
      { status: 400, receivedStatus: 418, detail: "Short and stout" },
    ],
    [
      "a body of its own",
      fail(new nest.ConflictException({ message: "Already paid", order: "s3cr3t" })),
      { status: 409, detail: "Already paid" },
    ],
    ["a body without a message", fail(new nest.ConflictException({ order: "s3cr3t" })), 409],
    [
      "a cause",
      fail(new nest.GoneException("Gone for good", { cause: new Error("s3cr3t") })),
      { status: 404, receivedStatus: 410, detail: "Gone for good" },
    ],
    ["an error as the response", fail(new nest.BadRequestException(new Error("s3cr3t"))), 400],
    ["a 500", fail(new nest.InternalServerErrorException("s3cr3t")), 500],
    ["a 5xx", fail(new nest.GatewayTimeoutException("s3cr3t")), 504],
    ["several messages on a 5xx", fail(new nest.ServiceUnavailableException(["s3cr3t"])), 503],
    [
      "ParseIntPipe",
      () => new nest.ParseIntPipe().transform("s3cr3t", { type: "param" }),
      { status: 400, detail: "Validation failed (numeric string is expected)" },
    ],
    ["ValidationPipe", validated(), { status: 400, errors: [{ detail: "mail must be an email" }] }],
    [
      "ValidationPipe, passing on what class-validator found",
      validated({ exceptionFactory: (found) => new nest.BadRequestException(found) }),
      { status: 400, errors: [{ pointer: "#/mail", detail: expect.any(String) }] },
    ],
  ]);
});

describe("Feathers", () => {
  testRows([
    ["a 404", fail(new feathers.NotFound("s3cr3t")), 404],
    [
      "a status that is folded",
      fail(new feathers.TooManyRequests("s3cr3t", { errors: { a: "s3cr3t" } })),
      { status: 503, receivedStatus: 429 },
    ],
    ["a 5xx", fail(new feathers.NotImplemented("s3cr3t")), 501],
    ["a 500", fail(new feathers.GeneralError("s3cr3t")), 500],
  ]);
});

describe("h3", () => {
  const one = (handler: () => unknown) => async () => {
    const logged = vi.spyOn(console, "error").mockReturnValue();
    const app = h3v1.createApp({ onError: (error) => void (caught = error) });
    let caught: unknown;
    app.use(h3v1.eventHandler(handler));
    await h3v1.toWebHandler(app)(new Request("http://local/s3cr3t"));
    logged.mockRestore();
    throw caught;
  };
  const two =
    (handler: () => unknown, path = "/") =>
    async () => {
      let caught: unknown;
      const app = new h3.H3({ silent: true, onError: (error) => void (caught = error) }).get("/", handler);
      await app.request(path);
      throw caught;
    };
  const unauthorized = async () => {
    const server = createHttpServer((_request, response) => response.writeHead(401, "s3cr3t").end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return failure(() => ofetch(`http://127.0.0.1:${port}/s3cr3t`, { retry: false })).finally(() => server.close());
  };
  const upstreams = { status: 502, receivedStatus: 401 };
  testRows([
    [
      "1: a status message",
      one(fail(h3v1.createError({ statusCode: 404, statusMessage: "No such order", message: "s3cr3t" }))),
      { status: 404, detail: "No such order" },
    ],
    ["1: a 5xx", one(fail(h3v1.createError({ statusCode: 503, statusMessage: "s3cr3t" }))), 503],
    ["1: a foreign error that says nothing", one(fail(new Error("s3cr3t"))), 500],
    ["1: a foreign error that says something", one(fail(refusal)), { status: 502, proxyError: "connection_refused" }],
    ["1: an HTTP client's error, whose status it copies", one(fail(unauthorized)), upstreams],
    [
      "2: a status text and headers",
      two(fail(new h3.HTTPError("s3cr3t", { status: 429, statusText: "Slow down", headers: { "Retry-After": "7" } }))),
      { status: 503, receivedStatus: 429, detail: "Slow down", headers: { "retry-after": "7" } },
    ],
    ["2: no such route", two(() => "", "/s3cr3t"), 404],
    ["2: a 5xx", two(fail(new h3.HTTPError({ status: 503, statusText: "s3cr3t" }))), 503],
    ["2: a foreign error that says nothing", two(fail(new Error("s3cr3t"))), 500],
    ["2: a foreign error that says something", two(fail(refusal)), { status: 502, proxyError: "connection_refused" }],
    ["2: an HTTP client's error, whose status it copies", two(fail(unauthorized)), upstreams],
  ]);
});

describe("Hono", () => {
  const hono = (prepare: (app: Hono) => unknown, request?: RequestInit) => async () => {
    let caught: unknown;
    const app = new Hono();
    app.onError((error, c) => c.text(String((caught = error))));
    prepare(app);
    await app.request("/", request);
    throw caught;
  };
  const json = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{s3cr3t" };
  testRows([
    [
      "a message for the client",
      hono((app) => app.get("/", fail(new HTTPException(404, { message: "No such order" })))),
      { status: 404, detail: "No such order" },
    ],
    ["a 5xx", hono((app) => app.get("/", fail(new HTTPException(503, { message: "s3cr3t" })))), 503],
    ["a 500", hono((app) => app.get("/", fail(new HTTPException(500, { message: "s3cr3t" })))), 500],
    [
      "bearerAuth: a response with a challenge",
      hono((app) => app.use(bearerAuth({ token: "s3cr3t", realm: "orders" }))),
      { status: 401, headers: { "www-authenticate": 'Bearer realm="orders"' } },
    ],
    [
      "validator",
      hono(
        (app) =>
          app.post(
            "/",
            validator("json", (value) => value),
          ),
        json,
      ),
      { status: 400, detail: "Malformed JSON in request body" },
    ],
  ]);
});

describe("tRPC", () => {
  const { procedure, router } = initTRPC.create();
  const call = (resolve: () => unknown) => async () =>
    router({ order: procedure.query(resolve) })
      .createCaller({})
      .order();
  testRows([
    [
      "a message for the client",
      call(fail(new TRPCError({ code: "NOT_FOUND", message: "No such order" }))),
      { status: 404, detail: "No such order" },
    ],
    ["a code only", call(fail(new TRPCError({ code: "FORBIDDEN" }))), 403],
    ["a message that is its cause's", call(fail(new TRPCError({ code: "BAD_REQUEST", cause: new Error("s3cr3t") }))), 400],
    ["a 5xx", call(fail(new TRPCError({ code: "BAD_GATEWAY", message: "s3cr3t" }))), 502],
    ["an error that is wrapped and says nothing", call(fail(new Error("s3cr3t"))), 500],
    ["an error that is wrapped and says something", call(fail(refusal)), { status: 502, proxyError: "connection_refused" }],
    [
      "an input that is not valid",
      async () =>
        router({ pay: procedure.input(z.object({ price: z.number() })).query(() => 1) })
          .createCaller({})
          .pay({ price: "s3cr3t" as never }),
      { status: 400, errors: [{ pointer: "#/price", detail: expect.any(String) }] },
    ],
  ]);

  it.each(Object.keys(TRPC_ERROR_CODES_BY_KEY) as TRPCError["code"][])("%s has tRPC's own status", (code) => {
    const error = new TRPCError({ code });
    expect(normalizeError(error)).toEqual({ ...normalizeError({ status: getHTTPStatusCodeFromError(error) }), cause: error });
  });
});

describe("GraphQL", () => {
  class RefusedError extends GraphQLError {
    override readonly name = "RefusedError"; // as the classes of Apollo Server are named
  }
  const schema = buildSchema("type Query { order(id: Int): Int }");
  const run =
    (order: () => unknown, source = "{ order }", variableValues = {}) =>
    async () => {
      const { errors } = await graphql({ schema, source, rootValue: { order }, variableValues });
      throw errors![0]!;
    };
  const extended = (extensions: object) => run(fail(new GraphQLError("s3cr3t", { extensions: { ...extensions } })));
  const malformed = { status: 400, detail: "The GraphQL request is not valid." };
  testRows([
    ["a document that does not parse", () => parse("{ s3cr3t("), malformed],
    ["a document that is not valid", run(() => 1, "{ s3cr3t }"), malformed],
    ["a variable that is not valid", run(() => 1, "query ($id: Int) { order(id: $id) }", { id: "s3cr3t" }), malformed],
    ["extensions.code UNAUTHENTICATED", extended({ code: "UNAUTHENTICATED" }), 401],
    ["extensions.code FORBIDDEN", extended({ code: "FORBIDDEN" }), 403],
    ["extensions.code BAD_USER_INPUT", extended({ code: "BAD_USER_INPUT" }), 400],
    ["extensions.code GRAPHQL_PARSE_FAILED", extended({ code: "GRAPHQL_PARSE_FAILED" }), 400],
    ["extensions.code GRAPHQL_VALIDATION_FAILED", extended({ code: "GRAPHQL_VALIDATION_FAILED" }), 400],
    ["extensions.code OPERATION_RESOLUTION_FAILURE", extended({ code: "OPERATION_RESOLUTION_FAILURE" }), 400],
    ["extensions.code PERSISTED_QUERY_NOT_SUPPORTED", extended({ code: "PERSISTED_QUERY_NOT_SUPPORTED" }), 400],
    ["extensions.code PERSISTED_QUERY_NOT_FOUND", extended({ code: "PERSISTED_QUERY_NOT_FOUND" }), 404],
    ["extensions.code INTERNAL_SERVER_ERROR", extended({ code: "INTERNAL_SERVER_ERROR" }), 500],
    ["extensions.http.status", extended({ http: { status: 404 }, code: "FORBIDDEN" }), 404],
    ["extensions.http.status 200", extended({ http: { status: 200 } }), 500],
    ["extensions.http.status 200 and a code", extended({ http: { status: 200 }, code: "FORBIDDEN" }), 403],
    ["a code that is nobody's", extended({ code: "constructor" }), 500],
    ["a resolver's own error", run(fail(createError(404, "No such order"))), { status: 404, detail: "No such order" }],
    ["a resolver's error that says nothing", run(fail(new Error("s3cr3t"))), 500],
    ["a resolver's upstream", run(fail(refusal)), { status: 502, proxyError: "connection_refused" }],
    ["an error that nobody located", fail(new GraphQLError("s3cr3t")), 500],
    [
      "extensions.http.headers",
      extended({ http: { status: 405, headers: new Map([["allow", "POST"]]) } }),
      { status: 405, headers: { allow: "POST" } },
    ],
    ["extensions.http.headers of a 5xx", extended({ http: { status: 503, headers: { "X-A": "s3cr3t" } } }), 503],
    ["a class of its own", fail(new RefusedError("s3cr3t", { extensions: { http: { status: 403 } } })), 403],
    [
      "a class that only looks like one",
      fail(Object.assign(new Error("s3cr3t"), { extensions: { http: { status: 403 } } })),
      500,
    ],
  ]);
});

describe("@fastify/error", () => {
  const MediaType = createFastifyError("FST_ERR_CTP_INVALID_MEDIA_TYPE", "s3cr3t %s", 415);
  const Unavailable = createFastifyError("FST_REPLY_FROM_SERVICE_UNAVAILABLE", "s3cr3t", 503);
  testRows([
    ["a 4xx", fail(new MediaType("s3cr3t")), { status: 400, receivedStatus: 415 }],
    ["a 5xx", fail(new Unavailable()), 503],
  ]);
});

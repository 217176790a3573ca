import { once } from "node:events";
import { createServer, get } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import boom from "@hapi/boom";
import { problem } from "@fg-errors/core";
import { unmatched } from "@fg-errors/core/adapter";
import express from "express";
import createError from "http-errors";
import { z } from "zod";

/**
 * An unknown error, and the commonest of the known families: by the libraries themselves where the bench has them, else as
 * test/recognisers met them.
 * @returns {Promise<Record<string, unknown>>} by what they are
 */
export async function thrownValues() {
  const port = await closedPort();
  const refused = await failureOf(() => once(connect(port, "127.0.0.1"), "connect"));
  return {
    "unknown Error": new Error("secret"),
    "TypeError of our own": await failureOf(() => /** @type {any} */ (undefined).id),
    "nothing matched": unmatched("GET"),
    "ProblemError 404": problem(404, "No such order"),
    "http-errors 404": createError(404, "No such order"),
    "Boom 404": boom.notFound("No such order"),
    "Error with a status": Object.assign(new Error("No such order"), { status: 404 }),
    "Nest HttpException": instance(
      "NotFoundException",
      { response: "No such order", status: 404, message: "", options: {} },
      nest,
    ),
    "malformed JSON": await malformedJson(),
    "zod, 1 field": order.safeParse({ ...sent, total: "9.90" }).error,
    "zod, 5 fields": order.safeParse({ items: [{}] }).error,
    "joi, 1 field": instance("ValidationError", { _original: {}, details: [issue], isJoi: true, name: "ValidationError" }),
    jsonwebtoken: instance("TokenExpiredError", { name: "TokenExpiredError", message: "jwt expired", expiredAt: new Date() }),
    multer: instance("MulterError", { name: "MulterError", code: "LIMIT_FILE_SIZE", field: "photo" }),
    "rate-limiter-flexible": { _remainingPoints: 0, _msBeforeNext: 5000, msBeforeNext: 5000, consumedPoints: 9 },
    ECONNREFUSED: refused,
    ECONNRESET: await reset(),
    "fetch failed": await failureOf(() => fetch(`http://127.0.0.1:${port}/`)),
    "aborted by a timeout": await failureOf(() => fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(0) })),
    "axios 404": axiosError(404),
    "undici HeadersTimeoutError": instance("HeadersTimeoutError", {
      name: "HeadersTimeoutError",
      code: "UND_ERR_HEADERS_TIMEOUT",
    }),
    "gRPC NOT_FOUND": Object.assign(new Error("5 NOT_FOUND: "), { code: 5, details: "", metadata: { getMap: () => ({}) } }),
    "opossum, open": Object.assign(new Error("Breaker is open"), { code: "EOPENBREAKER" }),
    "pg 23505": instance("DatabaseError", {
      name: "error",
      length: 9,
      severity: "ERROR",
      code: "23505",
      table: "a",
      routine: "b",
    }),
    "mysql2 ER_DUP_ENTRY": Object.assign(new Error("Duplicate"), { code: "ER_DUP_ENTRY", errno: 1062, sqlState: "23000" }),
    "mongodb 11000": instance("MongoServerError", { code: 11000, index: 0, keyPattern: { a: 1 }, errorResponse: {} }, named),
    "Prisma P2025": instance("PrismaClientKnownRequestError", {
      name: "PrismaClientKnownRequestError",
      code: "P2025",
      clientVersion: "6",
      meta: {},
    }),
  };
}

const order = z.object({
  customer: z.string(),
  currency: z.enum(["EUR", "USD"]),
  total: z.number(),
  items: z.array(z.object({ sku: z.string(), count: z.number() })),
});

const sent = { customer: "c-1", currency: "EUR", items: [{ sku: "a", count: 1 }] };

const issue = {
  message: '"total" is required',
  path: ["total"],
  type: "any.required",
  context: { label: "total", key: "total" },
};

/** An error of a class of its own. */
function instance(/** @type {string} */ name, /** @type {object} */ members, /** @type {object} */ declared = {}) {
  const { [name]: Class } = { [name]: class extends Error {} };
  Object.defineProperties(Class?.prototype, Object.getOwnPropertyDescriptors(declared));
  return Object.assign(new /** @type {ErrorConstructor} */ (Class)("secret"), members);
}

const nest = { getStatus() {}, getResponse() {} };

const named = {
  get name() {
    return "MongoServerError";
  },
};

/** @param {number} status */
function axiosError(status) {
  const config = { url: "/", headers: {}, timeout: 0 };
  const response = { status, statusText: "", headers: {}, config, request: {}, data: { error: "secret" } };
  const members = { name: "AxiosError", code: "ERR_BAD_REQUEST", config, request: {}, response, status };
  return instance("AxiosError", members, { isAxiosError: true, toJSON() {} });
}

async function malformedJson() {
  const headers = { "content-type": "application/json", "content-length": "1" };
  const request = Object.assign(Readable.from([Buffer.from("{")]), { headers });
  return new Promise((resolve) => express.json()(/** @type {any} */ (request), /** @type {any} */ ({}), resolve));
}

async function closedPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  return port;
}

async function reset() {
  const server = createServer((request) => request.socket.resetAndDestroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const error = await failureOf(() => once(get({ port, host: "127.0.0.1", agent: false }), "response"));
  server.close();
  return error;
}

async function failureOf(/** @type {() => unknown} */ run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}

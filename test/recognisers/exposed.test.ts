// An error of something else that somebody only gave a status: the status was meant, its words were not.
import { createRequire } from "node:module";
import Boom from "@hapi/boom";
import { normalizeError } from "@fg-errors/core";
import { DrizzleQueryError } from "drizzle-orm";
import createError from "http-errors";
import jwt from "jsonwebtoken";
import { MongoServerError } from "mongodb";
import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";

const { PrismaClientKnownRequestError } = createRequire(import.meta.url)("@prisma/client/runtime/library") as {
  PrismaClientKnownRequestError: new (message: string, options: { code: string; clientVersion: string }) => Error;
};

const fromPostgres = (code: string) =>
  Object.assign(new DatabaseError('column "s3cr3t" of users', 10, "error"), { severity: "ERROR", code });

const foreign: Readonly<Record<string, () => Error>> = {
  "Postgres, a conflict": () => fromPostgres("23505"),
  "Postgres, a syntax error": () => fromPostgres("42703"),
  Drizzle: () => new DrizzleQueryError("insert into users values ($1)", ["s3cr3t"], fromPostgres("42703")),
  "MongoDB, a duplicate": () => new MongoServerError({ errmsg: 'dup key: { email: "s3cr3t" }', code: 11000 }),
  "MongoDB, anything": () => new MongoServerError({ errmsg: "s3cr3t", code: 2 }),
  Prisma: () => new PrismaClientKnownRequestError("Invalid call in /srv/s3cr3t.js", { code: "P2010", clientVersion: "6" }),
  MySQL: () => Object.assign(new Error("s3cr3t"), { sql: "select s3cr3t", sqlState: "42000", errno: 1064 }),
  "a file": () =>
    Object.assign(new Error("ENOENT: no such file, open '/srv/s3cr3t'"), {
      code: "ENOENT",
      path: "/srv/s3cr3t",
      syscall: "open",
      errno: -2,
    }),
  "the language": () => new TypeError("s3cr3t is not a function"),
};

describe.each(Object.entries(foreign))("%s", (_name, make) => {
  it.each<[string, (error: Error) => Error]>([
    ["createError(409, error)", (error) => createError(409, error)],
    ["Boom.boomify", (error) => Boom.boomify(error, { statusCode: 409 })],
    ["expose: true", (error) => Object.assign(error, { status: 409, expose: true })],
  ])("%s", (_how, decorate) => {
    const { cause: _cause, ...problem } = normalizeError(decorate(make()));
    expect(problem.status).toBe(409);
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });
});

it("a token whose key could not be got is no 401, whoever says so", () => {
  const token = jwt.sign({}, "secret");
  return new Promise<void>((resolve) =>
    jwt.verify(
      token,
      (_header, done) => done(new Error("connect ECONNREFUSED 10.0.0.1:443")),
      (error) => {
        expect(normalizeError(createError(401, error!)).status).toBe(502);
        resolve();
      },
    ),
  );
});

it.each([
  ["http-errors", createError(404, "No such order", { path: "/orders/17" })],
  [
    "an application's own class",
    Object.assign(new (class OrderError extends Error {})("No such order"), { status: 404, expose: true }),
  ],
  ["one with members that a database's have, too", createError(404, "No such order", { query: "shoes", severity: "warning" })],
  [
    "one that lost its stack",
    Object.assign(createError(404, "No such order", { headers: { "X-A": "1" } }), { stack: undefined }),
  ],
  ["one with a code", createError(404, "No such order", { code: "E_NO_ORDER" })],
])("the words of %s are kept", (_name, error) => {
  expect(normalizeError(error)).toMatchObject({ status: 404, detail: "No such order" });
});

it.each(["TokenExpiredError", "NotBeforeError"])("an application's own %s keeps its status", (name) => {
  const error = Object.assign(new Error("Your reset link has expired"), { name, status: 403, expose: true });
  expect(normalizeError(error)).toMatchObject({ status: 403, detail: "Your reset link has expired" });
});

it.each(["HTTPException", "HTTPError"])("the words of an application's own %s are not taken for a framework's", (name) => {
  const error = Object.assign(new Error("row s3cr3t"), { name, status: 404, statusCode: 404, statusMessage: "s3cr3t" });
  const { cause: _cause, ...problem } = normalizeError(error);
  expect(problem.status).toBe(404);
  expect(JSON.stringify(problem)).not.toContain("s3cr3t");
});

it("believes what an application exposes, though an HTTP client has the same words", () => {
  const error = Object.assign(new Error("read timeout"), { status: 408, expose: true });
  expect(normalizeError(error)).toMatchObject({ status: 408, detail: "read timeout", proxyError: undefined });
});

import { types } from "node:util";
import type { Finding } from "../../problem/finding.js";
import { mostErrors } from "../../problem/problem.js";
import { isError, read, readStatus, readText } from "../../util/safe-read.js";
import type { Context, Family } from "../rule.js";

/** Errors that web frameworks give their users to throw: nearly all say their status outright. */
export const frameworks: Family = {
  marks: { isBoom: boom, getStatus: nest, unhandled: h3, type: feathers, expose: httpErrors },
  names: { HTTPError: h3, HTTPException: hono, TRPCError: trpc, GraphQLError: graphql },
};

/** http-errors, and with it ctx.throw and ctx.assert of Koa. Data that looks like one may be an upstream's. */
function httpErrors(error: object, context: Context): Finding | undefined {
  const status = readStatus(error, "status") ?? readStatus(error, "statusCode");
  const meant = read(error, "expose") === true && isError(error) && !isForeign(error, context);
  return told(status, meant ? readText(error, "message") : undefined, meant ? read(error, "headers") : undefined);
}

/** Boom shows a message below 500, a wrapped error's too. */
function boom(error: object, context: Context): Finding | undefined {
  const output = read(error, "output");
  const status = readStatus(output, "statusCode");
  if (!isError(error)) return told(status);
  return told(status, isForeign(error, context) ? undefined : readText(output, "payload", "message"), read(output, "headers"));
}

/**
 * Nest's HttpException: what its getStatus() and getResponse() answer, read without running them. The response is a text, or a
 * body whose message is one or several; an error put there would lose its message in JSON, so nobody meant it to be read.
 */
function nest(error: object, context: Context): Finding | undefined {
  const response = read(error, "response");
  const said = types.isNativeError(response) ? undefined : (read(response, "message") ?? response);
  const found = told(readStatus(error, "status"), said);
  if (!Array.isArray(said) || found === undefined || found.status >= 500) return found;
  const texts = said.slice(0, mostErrors).filter((text) => typeof text === "string");
  return { ...found, errors: texts.length ? texts.map((detail) => ({ detail })) : context.recognise(said)?.errors };
}

/** Feathers puts the status into `code`. Its database adapters put the database's own words into the message. */
function feathers(error: object): Finding | undefined {
  return read(error, "type") === "FeathersError" ? told(readStatus(error, "code")) : undefined;
}

/** h3 1 and 2 say whether they only wrapped an error. They copy all that they find on it, be it an upstream's. */
function h3(error: object, context: Context): Finding | undefined {
  if (!isError(error) || !("unhandled" in error)) return undefined; // an HTTPError of somebody else's
  const cause = read(error, "cause"); // h3 2 keeps what it was given to make the error of there, too
  const failed = isError(cause) ? context.client(cause) : undefined;
  if (failed) return failed;
  if (read(error, "unhandled") === true) return context.recognise(read(error, "cause")) ?? { status: 500 };
  return told(readStatus(error, "statusCode"), readText(error, "statusMessage"), read(error, "headers"));
}

/** Hono answers with the message unless it was given a whole response. Others have an HTTPException, too. */
function hono(error: object): Finding | undefined {
  if (typeof read(error, "getResponse") !== "function") return undefined;
  return told(readStatus(error, "status"), readText(error, "message"), read(error, "res", "headers"));
}

/** tRPC takes its cause's message, else its code, for a message that was not given. An input that is not valid is its cause. */
function trpc(error: object, context: Context): Finding | undefined {
  const [code, cause, message] = [readText(error, "code"), read(error, "cause"), readText(error, "message")];
  const borrowed = message === code || message === readText(cause, "message");
  const found = told(statuses.get(code), borrowed ? undefined : message);
  return found && found.status < 500 ? { ...found, errors: context.recognise(cause)?.errors } : found;
}

/** What parsing and validating a document throw has a place in it but, unlike what a resolver throws, no path in the result. */
function graphql(error: object, context: Context): Finding | undefined {
  const extensions = read(error, "extensions");
  const status = readStatus(extensions, "http", "status") ?? statuses.get(readText(extensions, "code"));
  const malformed = read(error, "positions") !== undefined && read(error, "path") === undefined;
  return (
    told(status) ??
    context.recognise(read(error, "originalError")) ??
    (malformed ? { status: 400, detail: "The GraphQL request is not valid." } : undefined)
  );
}

/** A message and headers are for the client below 500 only. A plain 500 says nothing that the error's code or cause might not say better. */
function told(status: number | undefined, detail?: unknown, headers?: unknown): Finding | undefined {
  if (status === undefined || status === 500) return undefined;
  return status > 500
    ? { status }
    : { status, detail: typeof detail === "string" ? detail : undefined, headers: fields(headers) };
}

function fields(headers: unknown): Finding["headers"] {
  if (headers instanceof Headers) return Object.fromEntries(headers);
  return typeof headers === "object" && headers !== null ? (headers as Finding["headers"]) : undefined;
}

/** Errors of the language, whose messages quote code or input. */
const native: ReadonlySet<unknown> = new Set([
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);

/** Whether something else failed and someone only decorated the error: createError(404, enoent) exposes a path, of a database's SQL. */
function isForeign(error: object, context: Context): boolean {
  const ofSystem = read(error, "syscall") !== undefined || read(error, "errno") !== undefined;
  return ofSystem || native.has(read(error, "name")) || context.happened() !== undefined || ofDatabase(error);
}

/** What a driver's errors have besides what makes them known: one that means nothing here quotes its SQL all the same. */
function ofDatabase(error: object): boolean {
  const ofQuery = read(error, "query") !== undefined && (read(error, "params") ?? read(error, "parameters")) !== undefined;
  const ofState = read(error, "severity") !== undefined && readText(error, "code")?.length === 5; // a SQLSTATE
  return ofQuery || ofState || ofDrivers.some((name) => read(error, name) !== undefined);
}

const ofDrivers = ["sql", "sqlState", "errorResponse", "driverError", "clientVersion"];

/** String codes: tRPC's own table (getHTTPStatusCode), then what GraphQL servers write into `extensions.code`. */
const statuses: ReadonlyMap<unknown, number> = new Map(
  Object.entries({
    PARSE_ERROR: 400,
    BAD_REQUEST: 400,
    UNAUTHORIZED: 401,
    PAYMENT_REQUIRED: 402,
    FORBIDDEN: 403,
    NOT_FOUND: 404,
    METHOD_NOT_SUPPORTED: 405,
    TIMEOUT: 408,
    CONFLICT: 409,
    PRECONDITION_FAILED: 412,
    PAYLOAD_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    UNPROCESSABLE_CONTENT: 422,
    PRECONDITION_REQUIRED: 428,
    TOO_MANY_REQUESTS: 429,
    CLIENT_CLOSED_REQUEST: 499,
    NOT_IMPLEMENTED: 501,
    BAD_GATEWAY: 502,
    SERVICE_UNAVAILABLE: 503,
    GATEWAY_TIMEOUT: 504,
    BAD_USER_INPUT: 400,
    GRAPHQL_PARSE_FAILED: 400,
    GRAPHQL_VALIDATION_FAILED: 400,
    OPERATION_RESOLUTION_FAILURE: 400,
    PERSISTED_QUERY_NOT_SUPPORTED: 400,
    UNAUTHENTICATED: 401,
    PERSISTED_QUERY_NOT_FOUND: 404,
  }),
);

import { types } from "node:util";
import type { Finding } from "../../problem/finding.js";
import { maxFieldErrors } from "../../util/limits.js";
import { hasMember, isError, isRecord, read, readStatus, readText } from "../../util/safe-read.js";
import { exposedMembers } from "../exposed-members.js";
import { isDecorated } from "../decorated-errors.js";
import { readMember } from "../error-keys.js";
import type { Context, Family } from "../rule.js";
import { ownTexts } from "../../problem/own-texts.js";

/** Recognises errors that web frameworks give their users to throw. Nearly all have a status. */
export const frameworks: Family = {
  marks: {
    isBoom: boomFinding,
    extensions: apolloFinding,
    getStatus: nestFinding,
    unhandled: h3Finding,
    type: feathersFinding,
    expose: httpErrorFinding,
  },
  names: { HTTPError: h3Finding, HTTPException: honoFinding, TRPCError: trpcFinding, GraphQLError: graphqlFinding },
};

/** Recognises http-errors, and with it ctx.throw and ctx.assert of Koa. Data that looks like one may be an upstream's. */
function httpErrorFinding(error: object, context: Context): Finding | undefined {
  const status = readStatus(error, "status") ?? readStatus(error, "statusCode");
  const isMeant = read(error, "expose") === true && isError(error) && !isDecorated(error, context);
  if (!isMeant) return statusFinding(status);
  const { code, members } = context;
  const exposed = exposedMembers(error, { code, type: readMember(error, members, "type") });
  return statusFinding(status, readText(error, "message"), readMember(error, members, "headers"), exposed);
}

/** Recognises Boom's errors. Boom shows a message below 500, that of a wrapped error too. */
function boomFinding(error: object, context: Context): Finding | undefined {
  const output = read(error, "output");
  const status = readStatus(output, "statusCode");
  if (!isError(error)) return statusFinding(status);
  const [headers, payload] = [read(output, "headers"), read(output, "payload")];
  if (isDecorated(error, context)) return statusFinding(status, undefined, headers);
  const source = readText(payload, "code") === undefined ? error : payload;
  return statusFinding(status, readText(payload, "message"), headers, exposedMembers(source));
}

/**
 * Recognises Nest's HttpException by what its getStatus() and getResponse() return, read without running them. The response is a
 * text, or a body with one message or several. An error in its place would lose its message in JSON, so it was not meant for the
 * client.
 */
function nestFinding(error: object, context: Context): Finding | undefined {
  const response = read(error, "response");
  const answered = types.isNativeError(response) ? undefined : (read(response, "message") ?? response);
  const found = statusFinding(readStatus(error, "status"), answered, undefined, exposedMembers(response));
  if (!Array.isArray(answered) || found === undefined || found.status >= 500) return found;
  const texts = answered.slice(0, maxFieldErrors).filter((text) => typeof text === "string");
  return { ...found, errors: texts.length ? texts.map((detail) => ({ detail })) : context.recognise(answered)?.errors };
}

/** Recognises Feathers' errors, which have the status in `code`. Its database adapters put the database's own text into the message. */
function feathersFinding(error: object): Finding | undefined {
  return read(error, "type") === "FeathersError" ? statusFinding(readStatus(error, "code")) : undefined;
}

/**
 * Recognises the errors of h3 1 and 2, which say whether they only wrapped an error. They copy all members of that error, even an
 * upstream's.
 */
function h3Finding(error: object, context: Context): Finding | undefined {
  if (!isError(error) || !("unhandled" in error)) return undefined; // another library's HTTPError
  const cause = read(error, "cause"); // h3 2 keeps the options of the error there, too
  const clientFinding = isError(cause) ? context.httpClientFinding(cause) : undefined;
  if (clientFinding) return clientFinding;
  if (read(error, "unhandled") === true) return context.recognise(read(error, "cause")) ?? { status: 500 };
  return statusFinding(
    readStatus(error, "statusCode"),
    readText(error, "statusMessage"),
    read(error, "headers"),
    exposedMembers(error),
  );
}

/**
 * Recognises Hono's HTTPException. Hono answers with the message unless it was given a whole response. Other libraries have an
 * HTTPException, too.
 */
function honoFinding(error: object): Finding | undefined {
  if (typeof read(error, "getResponse") !== "function") return undefined;
  return statusFinding(
    readStatus(error, "status"),
    readText(error, "message"),
    read(error, "res", "headers"),
    exposedMembers(error),
  );
}

/**
 * Recognises tRPC's errors. Without a message of its own, one has its cause's message, else its code. An input that is not valid is its
 * cause.
 */
function trpcFinding(error: object, context: Context): Finding | undefined {
  const [code, cause, message] = [readText(error, "code"), read(error, "cause"), readText(error, "message")];
  const borrowed = message === code || message === readText(cause, "message");
  const found = statusFinding(codeStatuses.get(code), borrowed ? undefined : message);
  return found && found.status < 500 ? { ...found, errors: context.recognise(cause)?.errors } : found;
}

/** Recognises errors of a subclass of GraphQL's, whose names are their own: Apollo Server's of a request, those of Apollo Server 3. */
function apolloFinding(error: object, context: Context): Finding | undefined {
  return hasMember(error, "locations") && hasMember(error, "nodes") ? graphqlFinding(error, context) : undefined;
}

/**
 * Recognises GraphQL's errors. One of parsing or validating a document has a place in it but, unlike one that a resolver throws,
 * no path in the result. Servers send the fields in `extensions.http.headers`, such as Allow.
 */
function graphqlFinding(error: object, context: Context): Finding | undefined {
  const extensions = read(error, "extensions");
  const status = readStatus(extensions, "http", "status") ?? codeStatuses.get(readText(extensions, "code"));
  const malformed = read(error, "positions") !== undefined && read(error, "path") === undefined;
  return (
    statusFinding(status, undefined, read(extensions, "http", "headers")) ??
    context.recognise(read(error, "originalError")) ??
    (malformed ? { status: 400, detail: ownTexts["graphql-not-valid"] } : undefined)
  );
}

/**
 * Makes a finding of a status. A message and headers are for the client below 500 only. A plain 500 says nothing that the error's
 * code or cause might not say better.
 * @param exposed code, type and title that are for the client with the message
 */
function statusFinding(
  status: number | undefined,
  detail?: unknown,
  headers?: unknown,
  exposed: ReturnType<typeof exposedMembers> = {},
): Finding | undefined {
  if (status === undefined || status === 500) return undefined;
  if (status > 500) return { status };
  const { code, type, title } = exposed;
  return {
    status,
    detail: typeof detail === "string" ? detail : undefined,
    headers: isRecord(headers) ? (headers as Finding["headers"]) : undefined,
    code,
    type,
    title,
  };
}

/** Maps string codes to a status: tRPC's own table (getHTTPStatusCode), then what GraphQL servers write into `extensions.code`. */
const codeStatuses: ReadonlyMap<unknown, number> = new Map(
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

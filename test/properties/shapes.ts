// Errors as the families know them; test/recognisers has the libraries' own, from which these were taken.
import type { Recipe } from "./thrown.js";

const error = (members: object, make: Recipe["make"] = "Error"): Recipe => ({
  make,
  members: members as Recipe["members"],
  state: "as it is",
});

const issue = { code: "too_small", path: ["items", 0, "price"], message: "must be positive" };

/** What may be sent, and what describes content that the error replaces, has it stored, or has another file sent. */
const headers = {
  "Retry-After": "30",
  "X-A": "1",
  Age: 1,
  "Cache-Control": "public",
  "CDN-Cache-Control": "max-age=60",
  "Content-Encoding": "gzip",
  ETag: '"a"',
  Expires: "Fri, 31 Dec 2100 23:59:59 GMT",
  "Last-Modified": "Fri, 31 Dec 1999 23:59:59 GMT",
  "Surrogate-Control": "max-age=60",
  "X-Accel-Redirect": "/internal",
};
const method = { make: "function", members: {}, state: "as it is" };

/** Errors of a status that their throwers have written words for a client on. */
export const exposedBy = (status: number, message: string): readonly Recipe[] => [
  error({ status, statusCode: status, expose: true, message, headers }),
  error({ statusCode: status, expose: true, message, name: "InternalServerError" }, "object"),
  error({ isBoom: true, isServer: true, output: { statusCode: status, payload: { message, error: message }, headers }, message }),
  error({ isBoom: true, output: { statusCode: status, payload: { message }, headers } }, "object"),
  error({ name: "HTTPException", status, message, getResponse: method, res: { headers } }),
  error({ name: "HTTPError", statusCode: status, statusMessage: message, message, unhandled: false, headers, body: { message } }),
  error({ name: "H3Error", statusCode: status, statusMessage: message, message, unhandled: false, fatal: false, data: message }),
  error({ name: "HttpException", status, response: message, message, getStatus: method, getResponse: method }),
  error({ name: "HttpException", status, response: { message, error: message }, getStatus: method, getResponse: method }),
  error({ name: "HttpException", status, response: { message: [message] }, getStatus: method, getResponse: method }),
  error({ name: "FeathersError", type: "FeathersError", code: status, message, className: "error", errors: { a: message } }),
  error({ name: "GraphQLError", message, extensions: { code: message, http: { status } } }),
  error({ name: "Internal Server Error", status, message, errors: [{ path: "/query/a", message, errorCode: message }] }),
  error({ type: "stream.encoding.set", status, statusCode: status, expose: true, message }),
];

/** The same of those whose status is a word. */
export const exposedByCode = (code: string, message: string): readonly Recipe[] => [
  error({ name: "TRPCError", code, message }),
  error({ name: "GraphQLError", message, extensions: { code, message } }),
];

export const shapes: readonly Recipe[] = [
  ...exposedBy(404, "No such order"),
  ...exposedByCode("CONFLICT", "Paid"),
  error({ name: "ZodError", issues: [issue, { ...issue, unionErrors: [{ issues: [issue] }], errors: [[issue]] }] }),
  error({ name: "ValidationError", isJoi: true, _original: {}, details: [{ ...issue, context: { value: 1 } }] }),
  error({ errors: [{ instancePath: "/a/b", keyword: "required", params: { missingProperty: "c" }, message: "is missing" }] }),
  error({ errors: [{ type: "field", location: "body", path: "a.b", value: "1", msg: "Not a number" }] }),
  error({ errors: [{ type: "alternative", msg: "One of", nestedErrors: [[{ location: "query", path: "a", msg: "no" }]] }] }),
  error({
    name: "ValidationError",
    path: "a[0].b",
    errors: ["no"],
    inner: [{ path: "a", errors: ["no"], inner: [], message: "no" }],
  }),
  error({
    name: "Bad Request",
    status: 400,
    errors: [{ path: "/query/a", message: "no", errorCode: "type.openapi.validation" }],
  }),
  error({ validation: [{ instancePath: "/a", keyword: "type", params: {}, message: "no" }], validationContext: "params" }),
  error([{ property: "a", constraints: { isInt: "no" }, children: [{ property: "b", constraints: { isIn: "no" } }] }], "array"),
  error({ type: "entity.too.large", status: 413, expose: true, message: "request entity too large" }),
  error({ type: "entity.parse.failed", status: 400, body: "{", message: "Unexpected end" }, "SyntaxError"),
  error({ name: "UnauthorizedError", code: "invalid_token", status: 401, inner: { name: "TokenExpiredError", expiredAt: 1 } }),
  error({ name: "MulterError", code: "LIMIT_FILE_SIZE", field: "photo" }),
  error({ msBeforeNext: 5000, remainingPoints: 0, consumedPoints: 9 }, "object"),
  error({
    name: "AxiosError",
    isAxiosError: true,
    code: "ERR_BAD_REQUEST",
    response: { status: 401, headers, data: {} },
    config: {},
  }),
  error({
    name: "HTTPError",
    response: { statusCode: 429, headers },
    timings: {},
    options: {},
    code: "ERR_NON_2XX_3XX_RESPONSE",
  }),
  error({ message: "fetch failed", cause: { code: "ECONNREFUSED", syscall: "connect", port: 1 } }, "TypeError"),
  error({ code: "UND_ERR_HEADERS_TIMEOUT", name: "HeadersTimeoutError" }),
  error({ name: "GraphqlResponseError", errors: [{ message: "no" }], response: {} }),
  error({ $metadata: { httpStatusCode: 503, requestId: "a" }, $fault: "server", name: "ThrottlingException" }),
  error({ code: 5, details: "no", metadata: { getMap: 1 }, message: "5 NOT_FOUND: no" }),
  error({ code: "23505", severity: "ERROR", detail: "Key (a)=(1)", table: "a", constraint: "b", name: "error" }),
  error({
    name: "SequelizeUniqueConstraintError",
    parent: { code: "23505" },
    errors: [{ message: "no", path: "a", value: "1" }],
  }),
  error({ name: "CastError", kind: "ObjectId", value: "1", path: "_id", reason: {} }),
  error({ code: "ER_DUP_ENTRY", errno: 1062, sqlState: "23000" }),
  error({ code: "P2002", clientVersion: "6", meta: { target: ["email"] }, name: "PrismaClientKnownRequestError" }),
  error({ name: "BrokenCircuitError", isBrokenCircuitError: true, code: "EOPENBREAKER" }),
  error({ code: "ENOENT", errno: -2, syscall: "open", path: "/etc" }),
  error({ statusCode: 502, data: {}, unhandled: true, cause: { statusCode: 404 } }),
  error({ name: "GraphQLError", extensions: { code: "UNAUTHENTICATED", http: { status: 401 } }, path: ["a"] }),
];

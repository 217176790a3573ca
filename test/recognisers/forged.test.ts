import { get } from "node:http";
import { normalizeError } from "@fg-errors/core";
import { GeneralError } from "@feathersjs/errors";
import { graphql } from "@octokit/graphql";
import axios, { type AxiosError } from "axios";
import { locatedError } from "graphql";
import { HTTPError } from "h3";
import { createError as createH3Error } from "h3v1";
import superagent from "superagent";
import { request as undiciRequest } from "undici";
import { describe, expect, it } from "vitest";
import { answer, withUpstream } from "./faulty-upstream.js";
import { throwing, type Call } from "./http-clients.js";
import { failure, outcome } from "./outcome.js";

const fields = { "retry-after": "1", "www-authenticate": "s3cr3t", location: "s3cr3t" };

/** Everything by which any recogniser knows any error, as an upstream might send it. */
const members = {
  status: 401,
  statusCode: 401,
  httpStatusCode: 401,
  expose: true,
  code: "EBADCSRFTOKEN",
  errno: -111,
  syscall: "connect",
  type: "entity.too.large",
  name: "TokenExpiredError",
  message: "s3cr3t",
  detail: "s3cr3t",
  __type: "ProblemError",
  headers: fields,
  isBoom: true,
  output: { statusCode: 401, payload: { message: "s3cr3t" }, headers: fields },
  data: { isResponseError: true, res: { statusCode: 401, headers: fields } },
  isJoi: true,
  _original: "s3cr3t",
  details: [{ message: "s3cr3t", path: ["s3cr3t"] }],
  metadata: { getMap: "s3cr3t" },
  issues: [{ message: "s3cr3t", path: ["s3cr3t"], code: "custom" }],
  inner: [{ message: "s3cr3t", path: "s3cr3t" }],
  errors: [{ message: "s3cr3t", detail: "s3cr3t", pointer: "#/s3cr3t", status: 401 }],
  msBeforeNext: 5000,
  getStatus: 401,
  response: { status: 401, statusCode: 401, headers: fields, message: "s3cr3t" },
  request: { url: "s3cr3t" },
  options: {},
  timings: {},
  config: { signal: { reason: { name: "TimeoutError" } } },
  isAxiosError: true,
  rawResponse: "s3cr3t",
  rawType: "s3cr3t",
  requestID: "s3cr3t",
  $metadata: { httpStatusCode: 401 },
  $response: { statusCode: 401, headers: fields },
  $fault: "client",
  extensions: { code: "UNAUTHENTICATED", http: { status: 401 } },
  oauthError: { statusCode: 401 },
  cause: { status: 401, code: "ETIMEDOUT" },
  original: { code: "23505" },
  instancePath: "/s3cr3t",
  keyword: "s3cr3t",
  constraints: { s3cr3t: "s3cr3t" },
  property: "s3cr3t",
  msg: "s3cr3t",
  path: ["s3cr3t"],
  error_code: "EBADCSRFTOKEN",
  error_msg: "s3cr3t",
  constructor: { name: "TokenExpiredError" },
};

/** At the top, and under `error` or `errors`, where some clients look; other names and codes that pass for something. */
const bodies = [
  members,
  { ...members, error: members },
  { ...members, name: "ProblemError", code: "ERR_JWT_EXPIRED", __type: "TokenExpiredError", Code: "ERR_JWT_EXPIRED" },
  { ...members, name: "ValidationError", code: 401, error: { ...members, code: 401, name: "UnauthorizedError" } },
  { ...members, error: "s3cr3t", Error: members },
  { ...members, type: "field", path: "s3cr3t", location: "body" },
  { ...members, name: "SequelizeBulkRecordError", __type: "SequelizeBulkRecordError", errors: { status: 401 } },
];

/** What carries an error on: lists, and wrappers that copy members of it. */
const carriers: Readonly<Record<string, (error: Error) => unknown>> = {
  "a cause": (error) => new Error("s3cr3t", { cause: error }),
  "an AggregateError": (error) => new AggregateError([error]),
  "a list": (error) => [error],
  "a GraphQL resolver": (error) => locatedError(error, [], ["s3cr3t"]),
  "h3 2": (error) => new HTTPError(error as never),
  Feathers: (error) => new GeneralError(error),
};

describe.each(Object.entries<Call>(throwing))("a forged body changes nothing for %s", (name, call) => {
  it.concurrent.each(bodies)("body %#", async (body) => {
    const deed = answer(404, { "X-Amzn-ErrorType": "TokenExpiredError:s3cr3t" }, JSON.stringify(body));
    const error = await withUpstream(deed, (url) => failure(() => call(url, 1800)));
    expect(outcome(error)).toEqual([502, undefined, 404]);
    expect(outcome(error, { relayStatuses: [401] })).toEqual([502, undefined, 404]);
    for (const [carrier, carry] of Object.entries(carriers)) {
      const [status] = outcome(carry(error as Error));
      expect([carrier, status]).toEqual([carrier, carrier === "Feathers" ? 500 : 502]); // Feathers' is thrown on purpose
    }
  });

  it.concurrent("one that looks like nano's is believed even less", async () => {
    const content = JSON.stringify({ ...members, errid: "s3cr3t", scope: "s3cr3t" });
    const error = await withUpstream(answer(404, {}, content), (url) => failure(() => call(url, 1800)));
    expect(outcome(error)).toEqual([502, undefined, name === "aws" ? undefined : 404]);
  });

  it.concurrent.each([401, 503])("a %i is the transport's", async (status) => {
    const error = await withUpstream(answer(status, {}, JSON.stringify({ ...members, status: 404 })), (url) =>
      failure(() => call(url, 1800)),
    );
    expect(outcome(error)).toEqual([status === 503 ? 503 : 502, undefined, status]);
  });
});

/** As the sources of clients that are not installed here build their errors. */
const others = {
  // https://github.com/apache/couchdb-nano: the whole body is assigned over an error with these members.
  nano: (body: object, statusCode: number) => {
    const own = { scope: "couch", statusCode, request: {}, headers: {}, errid: "non_200", name: "Error", description: "s3cr3t" };
    return Object.assign(new Error("s3cr3t"), own, body);
  },
  // https://github.com/openai/openai-node, and every client made by the same generator: three members of the body are copied.
  openai: ({ code, type }: typeof members, status: number) =>
    Object.assign(new Error("s3cr3t"), {
      status,
      headers: new Headers(),
      requestID: null,
      error: members,
      code,
      param: "s3cr3t",
      type,
    }),
  // https://github.com/stripe/stripe-node: `raw` is the body's error with the transport's status and headers put over it.
  stripe: ({ code }: typeof members, statusCode: number) =>
    Object.assign(new Error("s3cr3t"), {
      type: "StripeCardError",
      raw: members,
      rawType: "s3cr3t",
      code,
      headers: {},
      statusCode,
    }),
  // https://github.com/graffle-js/graffle: the body becomes part of the response, under the transport's status and headers.
  "graphql-request": (body: object, status: number) =>
    Object.assign(new Error("s3cr3t"), { response: { ...body, status, headers: new Headers() }, request: { query: "s3cr3t" } }),
};

describe.each(Object.entries(others))("nor for %s", (name, build) => {
  const received = name === "nano" ? undefined : 404;

  it.each(bodies)("body %#", (body) => {
    const error = build(body as typeof members, 404);
    expect(outcome(error)).toEqual([502, undefined, received]);
    expect(outcome(error, { relayStatuses: [401] })).toEqual([502, undefined, received]);
    expect(outcome(new Error("s3cr3t", { cause: error }))).toEqual([502, undefined, received]);
  });

  it("and its own 503 is one", () => {
    const expected = name === "nano" ? [502, undefined, undefined] : [503, undefined, 503];
    expect(outcome(build(members, 503))).toEqual(expected);
  });
});

/** h3 1 keeps an error's own cause in its place, where there is one: then nothing is left to know it by. */
it.each(["aws", "axios"] as const)("nor for h3 1 around %s", async (name) => {
  const { cause: _cause, ...body } = members;
  const error = await withUpstream(answer(404, {}, JSON.stringify(body)), (url) => failure(() => throwing[name]!(url, 1800)));
  expect(outcome(createH3Error(error as Error))).toEqual([502, undefined, 404]);
});

/** Thrown as it came, or what is left of it: everyday code, and no error at all. */
describe("a reply that was thrown", () => {
  const content = JSON.stringify(members);
  const thrown: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    fetch: (url) => fetch(url),
    undici: (url) => undiciRequest(url),
    "node:http": (url) => new Promise((resolve, reject) => get(url, resolve).on("error", reject)),
    axios: (url) => axios.get(url).catch((error: AxiosError) => error.response),
    superagent: (url) => superagent.get(url).catch((error: { response: unknown }) => error.response),
  };

  it.each(Object.entries(thrown))("%s", async (_name, call) => {
    for (const [status, expected] of [
      [401, 502],
      [404, 502],
      [429, 503],
    ] as const) {
      const reply = await withUpstream(answer(status, {}, content), call);
      expect(outcome(reply)).toEqual([expected, undefined, status]);
      expect(outcome(reply, { relayStatuses: [401] })[0]).toBe(status === 401 ? 401 : expected);
    }
  });

  it.each([
    { status: 401, expose: true, stack: "Error: x", message: "s3cr3t", headers: { location: "s3cr3t" } },
    {
      isBoom: true,
      stack: "Error: x",
      output: { statusCode: 401, payload: { message: "s3cr3t" }, headers: { location: "s3cr3t" } },
    },
    { name: "HTTPException", status: 401, message: "s3cr3t", stack: "Error: x" },
    {
      name: "HTTPError",
      statusCode: 401,
      statusMessage: "s3cr3t",
      headers: { location: "s3cr3t" },
      stack: "Error: x",
      unhandled: false,
    },
  ])("its content is no error, whatever it says: %j", (content) => {
    const { cause: _cause, ...problem } = normalizeError(content);
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });

  it("its content alone says nothing that anybody reads", () => {
    const { status, detail, headers, errors } = normalizeError({
      status: 401,
      expose: true,
      message: "s3cr3t",
      stack: undefined,
    });
    expect([status, headers, errors]).toEqual([401, undefined, undefined]);
    expect(detail).not.toContain("s3cr3t");
  });
});

it("octokit's GraphQL errors are the content of a 200", async () => {
  const content = JSON.stringify({ ...members, errors: [{ ...members, message: "s3cr3t" }], data: null });
  const error = await withUpstream(answer(200, { "Content-Type": "application/json" }, content), (url) =>
    failure(() => graphql("{ s3cr3t }", { baseUrl: url, request: { fetch } })),
  );
  expect((error as Error).name).toBe("GraphqlResponseError");
  expect(outcome(error, { relayStatuses: [401] })).toEqual([502, undefined, undefined]);
});

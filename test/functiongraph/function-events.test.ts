// What a failed event function knows of its request: by API Gateway's event, by the context, or not at all.
import { problem } from "@fg-errors/core";
import { eventFacts } from "@fg-errors/core/adapter/event";
import { fgErrors, toInvocation } from "@fg-errors/functiongraph";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { context, eventOf } from "./function-apig.js";
import { revoked } from "./invocation-malformed.js";

const handler = fgErrors<unknown, unknown>(() => Promise.reject(new Error("s3cr3t")), { onError() {} });

/** A result as the client sees it. */
async function answerTo(event: unknown, given: unknown = context) {
  const { statusCode: status, headers, body } = await handler(event, given);
  const text = String(body);
  expect(JSON.stringify([headers, text])).not.toContain("s3cr3t");
  const fields = Object.entries({ ...headers, "content-length": Buffer.byteLength(text) });
  return { status, headers: new Headers(fields.map(([name, value]): [string, string] => [name, String(value)])), text };
}

const trace = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

it.each<[string, object, unknown, string | RegExp]>([
  ["X-Request-Id", { headers: { "X-Request-Id": "mine", "X-Cff-Request-Id": "cff" } }, context, "mine"],
  ["it in another case", { headers: { "x-REQUEST-id": "mine" } }, context, "mine"],
  ["it in a list", { headers: { "X-Request-Id": ["mine"] } }, context, "mine"],
  ["X-Cff-Request-Id", { headers: { "X-Cff-Request-Id": "cff", traceparent: trace } }, context, "cff"],
  [
    "API Gateway's, where those are not fit",
    { headers: { "X-Request-Id": "<s3cr3t>", "X-Cff-Request-Id": "" } },
    context,
    "apig-1",
  ],
  ["API Gateway's, before traceparent", { headers: { traceparent: trace } }, context, "apig-1"],
  ["the invocation's", { requestContext: {} }, context, "invocation-1"],
  ["the invocation's, as a member", { requestContext: null }, { requestID: "invocation-2" }, "invocation-2"],
  ["traceparent's", { headers: { TraceParent: trace }, requestContext: { requestId: 17 } }, null, "a".repeat(32)],
  ["a new one", { requestContext: undefined }, { getRequestID: () => "a b" }, /^[0-9a-f]{32}$/],
])("the request id is %s", async (_whose, members, given, id) => {
  const { request_id: requestId } = assertContract(await answerTo(eventOf(members), given));
  expect(requestId).toEqual(typeof id === "string" ? id : expect.stringMatching(id));
});

it("takes no header field that is no text", () => {
  const headers = { Accept: 1, "X-Null": null, "X-List": [{}, "a"], "X-Text": "s3cr3t", ["__proto__"]: "s3cr3t" };
  expect(Object.entries(eventFacts({ headers }).headers)).toEqual([
    ["x-list", "[object Object], a"],
    ["x-text", "s3cr3t"],
    ["__proto__", "s3cr3t"],
  ]);
});

it("asks a context for its id as its own method", async () => {
  class Context {
    readonly #id = "invocation-3";
    getRequestID() {
      return this.#id;
    }
  }
  expect(assertContract(await answerTo({}, new Context()))).toMatchObject({ request_id: "invocation-3" });
});

it("the instance is the path, and Accept decides the media type", async () => {
  const answer = await answerTo(eventOf({ path: "/orders/18?token=s3cr3t", headers: { Accept: "application/json" } }));
  expect(assertContract(answer)).toMatchObject({ instance: "/orders/18" });
  expect(answer.headers.get("content-type")).toBe("application/json");
});

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error("s3cr3t");
    },
    ownKeys: () => {
      throw new Error("s3cr3t");
    },
  },
);

describe.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a text", "s3cr3t"],
  ["an empty object", {}],
  [
    "a timer's event",
    { version: "v2.0", time: "2026-06-01T08:30:00+08:00", trigger_type: "TIMER", trigger_name: "s3cr3t", user_event: "" },
  ],
  ["an OBS event", { Records: [{ s3: { object: { key: "s3cr3t" } } }] }],
  ["members of other types", { headers: "s3cr3t", httpMethod: 1, path: {}, requestContext: [] }],
  [
    "headers of other types",
    { headers: { accept: 1, "x-request-id": ["a"], "content-encoding": { s3cr3t: 1 }, ["__proto__"]: "s3cr3t" } },
  ],
  ["headers that throw", { headers: throwing, path: "/" }],
  ["an object that throws", throwing],
  ["a revoked Proxy", revoked()],
])("%s", (_what, hostile) => {
  it("as the event is survived", async () => {
    expect(assertContract(await answerTo(hostile))).toMatchObject({ status: 500, instance: "/" });
  });

  it("as the context is survived", async () => {
    expect(assertContract(await answerTo(eventOf(), hostile))).toMatchObject({ request_id: "apig-1" });
  });

  it("as an argument of toInvocation() is survived", () => {
    expect(toInvocation(hostile as never, hostile, { onError() {} })).toMatchObject({ statusCode: 500, isBase64Encoded: false });
  });
});

it("a context whose method throws is survived", () => {
  const given = {
    requestID: "s3cr3t",
    getRequestID: () => {
      throw new Error("s3cr3t");
    },
  };
  expect(eventFacts(undefined, given)).toEqual({ headers: {}, method: undefined, url: undefined });
});

it("repeats no query of its event", async () => {
  const event = eventOf({ queryStringParameters: { token: "s3cr3t", to: ["<b>", "é"] } });
  const thrown = problem(404, "Cannot GET /orders/17?token=s3cr3t&to=%3Cb%3E&to=é");
  const failing = fgErrors<unknown, unknown>(() => Promise.reject(thrown), { onError() {} });
  const bodies = [String((await failing(event, context)).body), toInvocation(thrown, event, { onError() {} }).body];
  for (const body of bodies) expect(JSON.parse(body)).toMatchObject({ detail: "Cannot GET /orders/17" });
  const parameters = { get a() { throw new Error("no") } }; // prettier-ignore
  expect(eventFacts({ path: "/a", queryStringParameters: parameters }).url).toBe("/a");
});

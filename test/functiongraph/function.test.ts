// fgErrors() for event functions: what it makes of whatever a handler does.
import { fgErrors, problem, type Callback, type ResponderOptions } from "@fg-errors/functiongraph";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { withServer, type Answer } from "../wire.js";
import { apigOf, context, eventOf, type RuntimeHandler } from "./function-apig.js";
import { malformedResults, revoked } from "./invocation-malformed.js";

type Handle = (event: unknown, context: unknown, callback: Callback) => unknown;

const wrapped = (handler: Handle, options: ResponderOptions = {}) =>
  fgErrors<unknown, unknown>(handler, { onError() {}, ...options });

/** What the client of API Gateway gets. */
async function answerOf(handler: Handle, options: ResponderOptions = {}, headers: Record<string, string> = {}): Promise<Answer> {
  const listener = apigOf(wrapped(handler, options) as RuntimeHandler);
  return withServer(listener, async (port) => {
    const reply = await fetch(`http://127.0.0.1:${port}/orders/17?token=s3cr3t`, { headers });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  });
}

const later = () => new Promise((resolve) => setImmediate(resolve));
const ok = { statusCode: 200, headers: { "Content-Type": "text/plain" }, body: "an order", isBase64Encoded: false };

/** The forms that the runtimes take, each with a way to fail. */
const forms: readonly [string, (thrown: unknown) => Handle, (result: unknown) => Handle][] = [
  ["asynchronous", (thrown) => async () => Promise.reject(thrown as Error), (result) => async () => result],
  [
    "asynchronous, after a while",
    (thrown) => async () => {
      await later();
      throw thrown;
    },
    (result) => async () => later().then(() => result),
  ],
  [
    "one that returns its result",
    (thrown) => () => {
      throw thrown;
    },
    (result) => () => result,
  ],
  [
    "one with a callback",
    (thrown) => (_event, _context, callback) => callback(thrown),
    (result) => (_event, _context, callback) => callback(null, result),
  ],
  [
    "one with a callback that is called later",
    (thrown) => (_event, _context, callback) => setImmediate(callback, thrown),
    (result) => (_event, _context, callback) => setImmediate(callback, undefined, result),
  ],
  [
    "one with a callback that throws",
    (thrown) => (_event, _context, _callback) => {
      throw thrown;
    },
    (result) => (_event, _context, callback) => (callback(null, result), { statusCode: 500 }),
  ],
  [
    "asynchronous with a callback",
    (thrown) => async (_event, _context, callback) => callback(thrown),
    (result) => async (_event, _context, callback) => callback(null, result),
  ],
];

describe.each(forms)("a handler that is %s", (_form, failing, succeeding) => {
  it("hands its result on", async () => {
    expect(await wrapped(succeeding(ok))(eventOf(), context)).toEqual(ok);
  });

  it.each<[string, unknown, object]>([
    [
      "a ProblemError",
      problem(409, "Already paid", { code: "SHOP.1" }),
      { status: 409, detail: "Already paid", error_code: "SHOP.1" },
    ],
    ["an error", new Error("s3cr3t"), { status: 500, error_code: "FSS.0500" }],
    ["an error with a status", Object.assign(new Error("s3cr3t"), { statusCode: 422 }), { status: 400 }],
    ["a text", "s3cr3t", { status: 500 }],
    ["an object", { errorMessage: "s3cr3t", errorType: "s3cr3t" }, { status: 500 }],
    ["a revoked Proxy", revoked(), { status: 500 }],
  ])("that fails with %s is answered for", async (_what, thrown, body) => {
    const answer = await answerOf(failing(thrown));
    expect(assertContract(answer)).toMatchObject({ instance: "/orders/17", ...body });
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });
});

it.each(malformedResults)("a result that API Gateway would not take is a 500 of our own: %s", async (_what, given) => {
  const reported = vi.fn();
  const answer = await answerOf(() => given(), { onError: reported });
  expect(assertContract(answer)).toMatchObject({ status: 500, error_code: "FSS.1202" });
  expect(answer.text).not.toContain("s3cr3t");
  expect(reported).toHaveBeenCalledOnce();
});

it.each<[string, unknown]>([
  ["its JSON text", JSON.stringify(ok)],
  ["the octets of that", Buffer.from(JSON.stringify(ok))],
  ["an interim response", { ...ok, statusCode: 103 }],
])("so is %s", async (_what, given) => {
  expect(assertContract(await answerOf(() => given))).toMatchObject({ status: 500, error_code: "FSS.1202" });
});

it.each<[string, object, string]>([
  ["nothing but a status and a body", { statusCode: 200, body: "an order" }, "an order"],
  ["nothing but a status", { statusCode: 202 }, ""],
  ["octets", { ...ok, body: Buffer.from([0, 255, 254]) }, "\0\u{fffd}\u{fffd}"],
  ["a view of octets, said to be Base64", { ...ok, body: new Uint8Array([65, 66]), isBase64Encoded: true }, "AB"],
  [
    "fields that are no texts",
    { ...ok, headers: { "X-Count": 17, "X-Last": false, "X-None": null, Vary: ["a", "b"] } },
    "an order",
  ],
  ["members that JSON cannot represent", { ...ok, cost: 1n }, "an order"],
  [
    "what a class has",
    new (class extends Map {
      statusCode = 200;
      get body() {
        return "an order";
      }
    })(),
    "an order",
  ],
])("a result with %s is made whole", async (_what, given, text) => {
  const answer = await answerOf(() => given);
  expect([Math.floor(answer.status / 100), answer.text]).toEqual([2, text]);
  expect(answer.headers.get("x-count")).toBe("headers" in given && "X-Count" in (given.headers as object) ? "17" : null);
});

it.each([
  ["a value", { Location: "/a\r\nSet-Cookie: s3cr3t" }],
  ["a name", { "X A": "s3cr3t" }],
  ["one of a list", { "Set-Cookie": ["a=1", "b=\n"] }],
])("%s of a field that would break the message makes a 500 of it", async (_what, headers) => {
  const answer = await answerOf(() => ({ ...ok, statusCode: 302, headers }));
  expect(assertContract(answer)).toMatchObject({ status: 500, error_code: "FSS.1202" });
});

it("reports what is wrong with a result", async () => {
  const onError = vi.fn();
  await answerOf(() => ({ statusCode: 200, body: {} }), { onError });
  const cause = { cause: { message: "The function's result needs a string as its body" } };
  expect(onError.mock.calls).toMatchObject([[{ status: 500, cause }, { requestId: expect.any(String) }]]);
});

const json = { "Content-Type": "application/json" };
const said = '{"message":"No such order"}';

describe("a result with an error status", () => {
  it.each<[string, object]>([
    ["JSON", { statusCode: 404, headers: json, body: said }],
    [
      "JSON by another name",
      { statusCode: 404, headers: { "content-type": "application/vnd.shop+json; charset=utf-8" }, body: said },
    ],
    ["JSON that does not say so", { statusCode: 400, body: said }],
    ["JSON in Base64", { statusCode: 500, headers: json, body: btoa(said), isBase64Encoded: true }],
  ])("and %s is handed on, if it is documented", async (_what, given) => {
    expect(await wrapped(() => given)(eventOf(), context)).toEqual({ headers: {}, isBase64Encoded: false, ...given });
  });

  it.each<[string, object, object]>([
    ["JSON, but no documented status", { statusCode: 418, headers: json, body: said }, { status: 400, detail: "No such order" }],
    ["JSON that was cut", { statusCode: 404, headers: json, body: '{"message":"s3cr' }, { status: 404, error_code: "FSS.0404" }],
    ["no body", { statusCode: 404 }, { status: 404, error_code: "FSS.0404" }],
    ["no body, and no documented status", { statusCode: 451, body: null }, { status: 403 }],
    [
      "a text",
      { statusCode: 409, headers: { "Content-Type": "text/plain" }, body: "Already paid" },
      { status: 409, detail: "Already paid" },
    ],
    [
      "JSON that is said to be a page",
      { statusCode: 404, headers: { "Content-Type": "text/html" }, body: said },
      { status: 404 },
    ],
    ["null", { statusCode: 404, headers: json, body: "null" }, { status: 404, error_code: "FSS.0404" }],
    ["a page", { statusCode: 500, headers: { "Content-Type": "text/html" }, body: "<p>s3cr3t</p>" }, { status: 500 }],
  ])("and %s is answered anew", async (_what, given, body) => {
    const answer = await answerOf(() => given);
    expect(assertContract(answer)).toMatchObject({ instance: "/orders/17", ...body });
    expect(answer.text).not.toContain("s3cr3t");
  });

  it("keeps its fields, but those that describe what it said", async () => {
    const headers = {
      "Content-Type": "text/html",
      "Content-Length": 4,
      ETag: '"1"',
      "Cache-Control": "max-age=60",
      "Access-Control-Allow-Origin": "*",
      "Set-Cookie": ["a=1", "b=2"],
      "X-Count": 17,
      "WWW-Authenticate": "Basic",
      Connection: "X-Hop",
      "X-Hop": "s3cr3t",
    };
    const result = await wrapped(() => ({ statusCode: 401, headers, body: "<p>" }))(eventOf(), context);
    expect(result.headers).toEqual({
      "access-control-allow-origin": "*",
      "set-cookie": ["a=1", "b=2"],
      "x-count": "17",
      "www-authenticate": "Basic",
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": "apig-1",
    });
  });
});

it("leaves a single cookie what it was, a text", async () => {
  const result = await wrapped(() => ({ statusCode: 404, headers: { "Set-Cookie": "a=1" } }))(eventOf(), context);
  expect(result.headers).toMatchObject({ "set-cookie": "a=1" });
});

describe("the first word counts", () => {
  it("of a callback that is called twice", async () => {
    const twice: Handle = (_event, _context, callback) => (callback(null, ok), callback(new Error("too late")));
    expect(await wrapped(twice)(eventOf(), context)).toEqual(ok);
  });

  it("of a callback and a promise, whose rejection harms nobody", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const both: Handle = async (_event, _context, callback) => {
      callback(null, ok);
      throw new Error("too late");
    };
    expect(await wrapped(both)(eventOf(), context)).toEqual(ok);
    await later();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("of what a handler with a callback returns, nothing", async () => {
    const timer: Handle = (_event, _context, callback) => setTimeout(callback, 1, null, ok);
    expect(await wrapped(timer)(eventOf(), context)).toEqual(ok);
  });
});

it("gives the handler the event and the context", async () => {
  const handler = vi.fn((_event: unknown, _context: unknown) => ok);
  const event = eventOf();
  await wrapped(handler)(event, context);
  expect(handler).toHaveBeenCalledExactlyOnceWith(event, context, expect.any(Function));
});

it("has as many parameters as the runtime demands", () => expect(fgErrors(() => ok)).toHaveLength(2));

it.each([undefined, null, {}, "index.handler"])("refuses a handler that is no function: %j", (handler) => {
  expect(() => fgErrors(handler as never)).toThrow(new TypeError("fgErrors: the handler must be a function"));
});

it("refuses a wrong option by name", () => {
  expect(() => fgErrors(() => ok, { service: "shop" })).toThrow(/^fgErrors: option "service" takes /);
  expect(() => fgErrors(() => ok, { none: 1 } as never)).toThrow(/^fgErrors: there is no option "none"/);
});

it("takes the options of every other fgErrors()", async () => {
  const onError = vi.fn();
  const options: ResponderOptions = { service: "SHOP", format: "functiongraph", onError };
  const { status, headers, text } = await answerOf(() => Promise.reject(new Error("s3cr3t")), options, {
    "X-Request-Id": "a1b2c3",
  });
  expect([status, headers.get("content-type")]).toEqual([500, "application/json"]);
  expect(JSON.parse(text)).toEqual({
    error_code: "SHOP.0500",
    error_msg: "Something went wrong on our side.",
    request_id: "a1b2c3",
  });
  const reported = { method: "GET", instance: "/orders/17", requestId: "a1b2c3", responseStarted: false };
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 500 }), expect.objectContaining(reported));
});

it("writes a 5xx to stderr where nobody else gets it", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await fgErrors<unknown, unknown>(() => Promise.reject(new Error("the printer")))(eventOf(), context);
  await later();
  const written = stderr.mock.calls.map(([line]) => String(line)).join("");
  stderr.mockRestore();
  expect(written).toContain("500 FSS.0500 GET /orders/17 (request apig-1)");
  expect(written).toContain("the printer");
});

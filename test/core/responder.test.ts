import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createResponder, normalizeError, problem, type Facts, type ResponderOptions } from "@fg-errors/core";
import createError from "http-errors";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";

const facts: Facts = { headers: {}, method: "GET", url: "/orders/17?token=s3cr3t" };
const newId = /^[0-9a-f]{32}$/;

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
afterEach(() => stderr.mockRestore());
const logged = () => stderr.mock.calls.map(([line]) => String(line));

const bodyOf = (thrown: unknown, options?: ResponderOptions, more?: Partial<Facts>) =>
  JSON.parse(createResponder(options)(thrown, { ...facts, ...more }).body) as Record<string, unknown>;

describe("the body", () => {
  it("has every member, in this order", () => {
    const { status, headers, body } = createResponder()(problem(404, "No such order"), facts);
    const id = headers["x-request-id"];
    expect(status).toBe(404);
    expect(body).toBe(
      `{"type":"about:blank","title":"Not Found","status":404,"detail":"No such order","instance":"/orders/17",` +
        `"error_code":"FSS.0404","error_msg":"No such order","request_id":"${id}"}`,
    );
    expect(headers).toEqual({
      "cache-control": "no-store",
      "content-length": String(body.length),
      "content-type": "application/problem+json",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.stringMatching(newId),
    });
  });

  it.each([
    ["/a?b#c", "/a"],
    ["/", "/"],
    [undefined, "/"],
    ["*", "*"],
    ["", "/"],
    ["?a", "/"],
    ["http://host", "/"],
    ["javascript:alert(1)", "/"],
    [":/a", "/"],
    ["gateway.example:443", "/"],
    ["http://user:pass@host/a?b", "/a"],
    ["//evil.example/a", "/.//evil.example/a"],
    ['/a"<>\\^`{|} \u00e9', "/a%22%3C%3E%5C%5E%60%7B%7C%7D%20%E9"],
    [`/${"a".repeat(5000)}`, `/${"a".repeat(1999)}`],
    ["/100%?x", "/100%25"],
    ["/%zz%2", "/%25zz%252"],
    ["/a%20b", "/a%20b"],
  ])("gives %j as instance %j", (url, instance) => {
    expect(bodyOf(new Error("x"), { onError() {} }, { url })["instance"]).toBe(instance);
  });

  it("counts its length in octets", () => {
    const { headers, body } = createResponder()(problem(404, "Ungültig ✓"), facts);
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  });

  it("lists 100 invalid fields at most", () => {
    const errors = Array.from({ length: 150 }, (_, index) => ({ pointer: `#/${index}`, detail: "x" }));
    expect(bodyOf(problem(400, "x", { errors }))["errors"]).toHaveLength(100);
  });

  it.each([
    [undefined, "application/problem+json"],
    ["*/*", "application/problem+json"],
    ["application/*", "application/problem+json"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/problem+json"],
    ["text/html", "application/problem+json"],
    ["", "application/problem+json"],
    [";;,,q=0", "application/problem+json"],
    ["application/json", "application/json"],
    ["APPLICATION/JSON; charset=utf-8", "application/json"],
    ["application/json, text/plain", "application/json"],
    ["application/json, text/plain, */*", "application/problem+json"],
    ["application/json, application/problem+json", "application/problem+json"],
    ["application/problem+json;q=0, application/json", "application/json"],
    ["application/*, application/problem+json;q=0.000", "application/json"],
    ["application/json;q=0", "application/problem+json"],
  ])("with Accept %j is sent as %s", (accept, type) => {
    const headers = accept === undefined ? {} : { accept };
    expect(createResponder()(problem(404), { ...facts, headers }).headers["content-type"]).toBe(type);
  });
});

describe("the request id", () => {
  it.each([
    [{ "x-request-id": "A-1_b.c" }, "A-1_b.c"],
    [{ "x-cff-request-id": "cff" }, "cff"],
    [{ "x-request-id": "bad id", "x-cff-request-id": "cff" }, "cff"],
    [{ "x-request-id": "a".repeat(128) }, "a".repeat(128)],
    [{ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }, "4bf92f3577b34da6a3ce929d0e0e4736"],
    [{ traceparent: "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more" }, "4bf92f3577b34da6a3ce929d0e0e4736"],
  ])("of %j is %s", (headers, id) => {
    expect(bodyOf(problem(404), {}, { headers })["request_id"]).toBe(id);
  });

  it.each([
    { "x-request-id": "" },
    { "x-request-id": "a".repeat(129) },
    { "x-request-id": "a,b" },
    { "x-request-id": 'a"\r\nSet-Cookie: b' },
    { traceparent: "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    { traceparent: "00-00000000000000000000000000000000-00f067aa0ba902b7-01" },
    { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01" },
    { traceparent: "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01" },
  ])("is generated for %j", (headers) => {
    expect(bodyOf(problem(404), {}, { headers })["request_id"]).toMatch(newId);
  });

  it("is another one each time", () => {
    const ids = Array.from({ length: 1000 }, () => bodyOf(problem(404))["request_id"]);
    expect(ids.every((id) => newId.test(String(id)))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is the one that the response carries already", () => {
    const headers = { "x-request-id": "of-the-request" };
    expect(bodyOf(problem(404), {}, { headers, responseHeaders: { "x-request-id": "of-the-response" } })["request_id"]).toBe(
      "of-the-response",
    );
  });

  it("is what the option says, if that is one", () => {
    expect(bodyOf(problem(404), { requestId: ({ method }) => `my-${method}` })["request_id"]).toBe("my-GET");
    expect(bodyOf(problem(404), { requestId: () => "not valid!" })["request_id"]).toMatch(newId);
    expect(bodyOf(problem(404), { requestId: () => undefined })["request_id"]).toMatch(newId);
  });

  it.each(["requestId", "draftRequestId"])("is what the fact %s says, if that is one", (fact) => {
    expect(bodyOf(problem(404), {}, { [fact]: "given-before" })["request_id"]).toBe("given-before");
    expect(bodyOf(problem(404), {}, { [fact]: 'a","admin":"b' })["request_id"]).toMatch(newId);
  });
});

it("sends no inherited member of an error's header fields", () => {
  const inherited = { configurable: true, enumerable: true, writable: true, value: "1" };
  Object.defineProperty(Object.prototype, "x-inherited", inherited); // oxlint-disable-line no-extend-native -- as old libraries do
  try {
    const { headers } = createResponder()(problem(409, "x", { headers: { "Retry-After": "5" } }), facts);
    expect(Object.keys(headers)).toContain("retry-after");
    expect(Object.keys(headers)).not.toContain("x-inherited");
  } finally {
    Reflect.deleteProperty(Object.prototype, "x-inherited");
  }
});

it.each([
  ["entries() gives nothing", { entries: () => undefined, "x-own": "1" }],
  ["a field is named __proto__", JSON.parse('{"__proto__":"a"}') as object],
])("sends no header field of an error where %s", (_where, headers) => {
  expect(normalizeError(problem(409, "x", { headers: headers as never })).headers).toBeUndefined();
});

it("takes a name of the language for an error's own name only", () => {
  class SyntaxError extends Error {}
  const named = Object.assign(new SyntaxError("For the client"), { status: 400, expose: true });
  expect(normalizeError(named).detail).toBe("For the client");
});

it("takes the status of an error of effect whose cause says nothing", () => {
  const cause = { [Symbol.for("effect/Runtime/FiberFailure/Cause")]: { error: "boom" } };
  expect(normalizeError(Object.assign(new Error("x"), { status: 404 }, cause)).status).toBe(404);
});

it("folds by a contract made by hand in the same way, whatever came before", () => {
  const texts = { title: "Title", description: "Text." };
  const contract = { name: "own", statuses: { 422: texts, 500: texts }, folds: { 400: { to: 422 } }, upstreamFolds: {} };
  const statusOf = (status: number) => normalizeError(problem(status), { contract: contract as never }).status;
  expect([400, 418, 400].map(statusOf)).toEqual([422, 400, 422]);
});

it("checks code, type and title, whoever claims that they are checked", () => {
  const claim = { status: 409, isChecked: true, code: "a b", type: "javascript:alert(1)", title: "x\u0000" };
  const thrown = Object.assign(new Error("x"), { [Symbol.for("fg-errors.meaning")]: claim });
  const plain = { type: "about:blank", title: "Conflict", error_code: "FSS.0409" };
  expect(bodyOf(thrown)).toMatchObject(plain);
  expect(bodyOf(problem(409), { map: () => ({ isChecked: true, code: "a b" }) as object })).toMatchObject(plain);
});

describe("headers", () => {
  it("keeps a challenge that the response or the error has", () => {
    const responseHeaders = { "www-authenticate": "Basic" };
    expect(createResponder()(createError(401), { ...facts, responseHeaders }).headers).not.toHaveProperty("www-authenticate");
    const own = createError(401, "x", { headers: { "WWW-Authenticate": ["Basic", "Digest"] } });
    expect(createResponder()(own, facts).headers["www-authenticate"]).toBe("Basic, Digest");
  });

  it("passes on the challenge of an HTTP client's error only as long as its upstream is trusted with credentials", () => {
    const response = { status: 401, headers: { "www-authenticate": 'Basic realm="elsewhere"' } };
    const thrown = Object.assign(new Error("x"), { isAxiosError: true, response });
    const challengeOf = (options: ResponderOptions) =>
      createResponder({ relayStatuses: [401], ...options })(thrown, facts).headers["www-authenticate"];
    expect(challengeOf({})).toBe('Basic realm="elsewhere"');
    expect(challengeOf({ upstreamCredentials: "drop", challenge: "Own" })).toBe("Own");
    const own = createResponder({ upstreamCredentials: "drop" })(
      problem(401, "x", { headers: { "WWW-Authenticate": "Mine" } }),
      facts,
    );
    expect(own.headers["www-authenticate"]).toBe("Mine"); // which is no upstream's
  });

  it("of the error itself neither describe content nor allow its storage", () => {
    const stale = { ETag: '"x"', Expires: "0", Age: "1", "CDN-Cache-Control": "max-age=60", "Surrogate-Control": "max-age=60" };
    const own = createError(404, "x", { headers: { ...stale, "Last-Modified": "0", "X-Sendfile": "/etc/passwd", "X-A": "1" } });
    const { headers } = createResponder()(own, facts);
    expect(headers).toMatchObject({ "x-a": "1", "cache-control": "no-store" });
    for (const name of [...Object.keys(stale), "last-modified", "x-sendfile"])
      expect(headers).not.toHaveProperty(name.toLowerCase());
  });

  it("joins Vary instead of replacing it", () => {
    const thrown = problem(404, "x", { headers: { Vary: "accept, Cookie" } });
    expect(createResponder()(thrown, { ...facts, responseHeaders: { vary: "Origin, Accept" } }).headers["vary"]).toBe(
      "Origin, accept, Cookie",
    );
  });
});

describe("map", () => {
  it("replaces members, which are made fit again", () => {
    const options: ResponderOptions = {
      map: ({ status, detail }) => ({
        type: "https://errors.example/gone\r\n",
        title: "\u001b[31mGone\r\n\u2028for good",
        detail: `${detail}\r\n${status}`,
        code: "SHOP.0001",
        errors: [{ parameter: "id", detail: "" }],
        extensions: { a: 1 },
        headers: { "X-A": "1", Connection: "close" },
      }),
    };
    const { headers, body } = createResponder(options)(problem(404, "x"), facts);
    expect(JSON.parse(body)).toMatchObject({
      type: "https://errors.example/gone",
      title: "[31mGone for good",
      status: 404,
      detail: "x 404",
      error_code: "SHOP.0001",
      a: 1,
    });
    expect(JSON.parse(body)).toHaveProperty("errors", [{ parameter: "id", detail: "Not valid." }]);
    expect(headers).toMatchObject({ "x-a": "1" });
    expect(headers).not.toHaveProperty("connection");
  });

  it("folds a changed status, whose texts follow it", () => {
    expect(bodyOf(problem(404, "x"), { map: () => ({ status: 429 }) })).toMatchObject({
      status: 503,
      title: "Service Unavailable",
      error_code: "FSS.0503",
    });
    expect(bodyOf(problem(404, "x"), { map: () => ({ status: 200 }) })["status"]).toBe(500);
    expect(bodyOf(problem(404, "x"), { map: () => ({ status: "foo" as never }) })["status"]).toBe(500);
  });

  it("changes nothing by returning nothing, and is called before the problem is reported", () => {
    const onError = vi.fn();
    expect(bodyOf(problem(404, "x"), { map: () => undefined, onError })["detail"]).toBe("x");
    bodyOf(problem(404, "x"), { map: () => ({ detail: "y" }), onError });
    expect(onError.mock.lastCall![0]).toMatchObject({ detail: "y" });
  });
});

describe("format", () => {
  it("takes a renderer", () => {
    const format: ResponderOptions["format"] = ({ status, detail }, { requestId, instance, accept }) => ({
      contentType: "text/plain",
      body: [status, detail, requestId, instance, accept].join(" "),
    });
    const { headers, body } = createResponder({ format })(problem(404, "x"), {
      ...facts,
      headers: { accept: "a/b", "x-request-id": "id" },
    });
    expect(body).toBe("404 x id /orders/17 a/b");
    expect(headers).toMatchObject({ "content-type": "text/plain", "content-length": "23", "cache-control": "no-store" });
  });

  it.each([
    [() => undefined],
    [() => ({ contentType: "text/plain", body: 7 })],
    [() => ({ contentType: "a\r\nb: c", body: "" })],
    [() => Promise.resolve({ contentType: "text/plain", body: "" })],
    [
      () => {
        throw new Error("renderer");
      },
    ],
  ])("falls back to problem+json for a renderer such as %s", (format) => {
    const respond = createResponder({ format: format as never });
    for (let time = 0; time < 2; time++)
      expect(JSON.parse(respond(problem(404, "x"), facts).body)).toMatchObject({ status: 404, detail: "x" });
    expect(logged().filter((line) => line.includes("format failed"))).toHaveLength(1);
  });
});

describe("reporting", () => {
  it("calls onError with the problem and its context, whatever the status", () => {
    const onError = vi.fn();
    const thrown = createError(418, "x");
    createResponder({ onError })(thrown, facts);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ status: 400, receivedStatus: 418, cause: thrown }),
      { requestId: expect.stringMatching(newId), method: "GET", instance: "/orders/17", responseStarted: false, facts },
    );
    expect(logged()).toEqual([]);
  });

  it("publishes to the channel", async () => {
    const messages: unknown[] = [];
    const note = (message: unknown) => void messages.push(message);
    subscribe("fg-errors:problem", note);
    try {
      createResponder()(new Error("x"), facts);
      await Promise.resolve();
    } finally {
      unsubscribe("fg-errors:problem", note);
    }
    expect(messages).toEqual([
      { problem: expect.objectContaining({ status: 500 }), context: expect.objectContaining({ method: "GET" }) },
    ]);
    expect(logged()).toHaveLength(1); // a subscriber may only count
  });

  it("writes a 5xx to stderr once when nobody else gets it, with its causes' stacks and without its members", async () => {
    const thrown = Object.assign(new Error("outer", { cause: new Error("inner") }), {
      config: { authorization: "Bearer s3cr3t" },
    });
    const { headers } = createResponder()(thrown, facts);
    expect(logged()).toEqual([]);
    await Promise.resolve();
    expect(logged()).toHaveLength(1);
    const [line] = logged();
    expect(line).toContain(`fg-errors: 500 FSS.0500 GET /orders/17 (request ${headers["x-request-id"]})\nError: outer\n`);
    expect(line).toContain("caused by Error: inner\n");
    expect(line).not.toContain("s3cr3t");
  });

  const refusing = () => {
    throw new Error("x");
  };
  it.each([
    ["null", null, "object: null"],
    ["undefined", undefined, "undefined: undefined"],
    ["a string", "text", "string: text"],
    ["a Symbol", Symbol("mark"), "symbol: Symbol(mark)"],
    ["a Proxy that refuses everything", new Proxy({}, { get: refusing }), "object: "],
  ])("writes %s to stderr as well as it can", async (_name, thrown, text) => {
    createResponder()(thrown, facts);
    await Promise.resolve();
    expect(logged()[0]).toContain(text);
  });

  it("is silent about a 4xx", async () => {
    createResponder()(problem(404), facts);
    await Promise.resolve();
    expect(logged()).toEqual([]);
  });

  it("reports a failure after the response has begun without rendering it", () => {
    const onError = vi.fn();
    createResponder({ onError }).report(new Error("x"), facts);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ status: 500 }),
      expect.objectContaining({ responseStarted: true }),
    );
  });
});

describe("a hook that fails", () => {
  const failures: Record<string, () => never> = {
    throws: () => {
      throw new Error("hook");
    },
    rejects: () => Promise.reject(new Error("hook")) as never,
    "returns a thenable that throws": () =>
      ({
        then() {
          throw new Error("hook");
        },
      }) as never,
  };

  it.each(Object.keys(failures).flatMap((way) => ["onError", "map", "requestId"].map((hook) => [hook, way] as const)))(
    "%s that %s never changes the response and is reported once",
    async (hook, way) => {
      const respond = createResponder({ [hook]: failures[way] });
      for (let time = 0; time < 2; time++) expect(respond(problem(404, "x"), facts)).toMatchObject({ status: 404 });
      await new Promise((resolve) => setImmediate(resolve));
      expect(logged()).toHaveLength(1);
      const said =
        way === "throws" || hook === "onError"
          ? "Error: hook\n"
          : `TypeError: ${hook} returned a promise, for which nobody waits\n`;
      expect(logged()[0]).toMatch(new RegExp(`^fg-errors: ${hook} failed;[^]*${said}`));
    },
  );
});

describe("facts that are not what they should be", () => {
  it.each([
    ["none", undefined],
    ["null", null],
    ["without headers", {}],
    [
      "with an allow that throws",
      {
        headers: {},
        allow: () => {
          throw new Error("x");
        },
      },
    ],
  ])("still give an answer: %s", (_name, odd) => {
    const respond = createResponder();
    expect(JSON.parse(respond(createError(405), odd as never).body)).toMatchObject({ status: 405, instance: "/" });
    expect(() => respond.report(createError(405), odd as never)).not.toThrow();
  });
});

describe("options", () => {
  it.each([
    [null, "createResponder: options must be an object"],
    ["x", "createResponder: options must be an object"],
    [
      { onerror: () => {} },
      'createResponder: there is no option "onerror"; the options are contract, format, service, challenge, texts, defaultLanguage, formatText, relayStatuses, errorBodyLimit, success, upstreamCredentials, leaveBody, hiddenFailures, proxyName, proxyDetails, methods, requestId, map, onError',
    ],
    [{ relay: [404] }, 'createResponder: option "relay" is now "relayStatuses"'],
    [{ functionGraph: true }, 'createResponder: option "functionGraph" is now "hiddenFailures"'],
    [{ upstreamCredentials: false }, 'createResponder: option "upstreamCredentials" takes "relay" or "drop"'],
    [{ contract: {} }, 'createResponder: option "contract" takes functionGraph, rfc9110 or what extendContract returns'],
    [{ format: "xml" }, 'createResponder: option "format" takes "problem", "functiongraph" or a renderer function'],
    [
      { service: "" },
      'createResponder: option "service" takes an upper-case letter, then such letters and digits, such as "FSS"',
    ],
    [
      { challenge: "Bearer\r\nX: y" },
      'createResponder: option "challenge" takes a challenge as in WWW-Authenticate, such as "Bearer"',
    ],
    [
      { texts: [] },
      'createResponder: option "texts" takes an object of texts by language tag, such as { "zh-CN": { 404: "…" } }',
    ],
    [{ defaultLanguage: 1 }, 'createResponder: option "defaultLanguage" takes a language of "texts", or "en"'],
    [{ formatText: "icu" }, 'createResponder: option "formatText" takes a function'],
    [{ relayStatuses: [200] }, 'createResponder: option "relayStatuses" takes an array or set of statuses from 400 to 599'],
    [{ relayStatuses: 404 }, 'createResponder: option "relayStatuses" takes an array or set of statuses from 400 to 599'],
    [{ methods: ["A B"] }, 'createResponder: option "methods" takes an array of methods, such as ["PROPFIND"]'],
    [{ methods: "PROPFIND" }, 'createResponder: option "methods" takes an array of methods, such as ["PROPFIND"]'],
    [{ requestId: "x" }, 'createResponder: option "requestId" takes a function'],
    [{ map: {} }, 'createResponder: option "map" takes a function'],
    [{ onError: true }, 'createResponder: option "onError" takes a function'],
  ])("refuses %j", (options, message) => {
    expect(() => createResponder(options as never)).toThrow(new TypeError(message));
  });

  it("takes an undefined option as none", () => {
    expect(() => createResponder({ contract: undefined, onError: undefined } as never)).not.toThrow();
  });
});

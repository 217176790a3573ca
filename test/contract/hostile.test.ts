// Whatever is thrown: valid JSON, a documented status, no crash, no hang, no leak, on every host.
import { runInNewContext } from "node:vm";
import { ProblemError, type ProblemErrorOptions } from "@fg-errors/core";
import createError from "http-errors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { inProduction } from "../in-production.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const secret = "s3cr3t-canary";

const cyclic = new Error(secret);
cyclic.cause = new Error(secret, { cause: cyclic });

const malformed = (options: ProblemErrorOptions) => inProduction(() => new ProblemError(400, "x", options));

const revoked = Proxy.revocable(new Error(secret), {});
revoked.revoke();

const throwing = (name: string) =>
  Object.defineProperty(new Error(secret), name, {
    get() {
      throw new Error(secret);
    },
  });

const withStatus = (status: unknown) => Object.assign(new Error(secret), { status, statusCode: status });

/** What frames a message, or is not an error's to set. */
const framing = `Connection Keep-Alive Proxy-Connection TE Trailer Transfer-Encoding Upgrade HTTP2-Settings
  Content-Length Content-Type Content-Encoding Content-Digest Date Set-Cookie Cache-Control`.split(/\s+/);

/** Name, value, and the status where it is not 500. */
const values: readonly (readonly [name: string, thrown: unknown, status?: number])[] = [
  ["null", null],
  ["undefined", undefined],
  ["0", 0],
  ["the empty string", ""],
  ["NaN", Number.NaN],
  ["a string", secret],
  ["a BigInt", 10n],
  ["a Symbol", Symbol(secret)],
  ["a function", () => secret],
  ["a promise", Promise.resolve(secret)],
  ["an array", [secret, new Error(secret)]],
  ["a Date", new Date(0)],
  ["an object without a prototype", Object.assign(Object.create(null), { message: secret })],
  ["an error with a BigInt field", Object.assign(new Error(secret), { size: 10n })],
  ["a frozen error", Object.freeze(new Error(secret))],
  ["a sealed error", Object.seal(new Error(secret))],
  ["a frozen http-error", Object.freeze(createError(404, "No such order")), 404],
  ...["name", "code", "status", "statusCode", "expose", "message", "cause", "stack", "constructor", "errors", "toString"].map(
    (name) => [`a getter that throws at ${name}`, throwing(name)] as const,
  ),
  ["a revoked Proxy", revoked.proxy],
  ["a Proxy that answers everything with itself", new Proxy({}, { get: (_target, _key, proxy) => proxy as unknown })],
  ["a Proxy that answers everything with a function", new Proxy(() => secret, { get: () => () => secret })],
  [
    "a Proxy whose every trap throws",
    new Proxy(
      {},
      new Proxy(
        {},
        {
          get: () => () => {
            throw new Error(secret);
          },
        },
      ),
    ),
  ],
  ["a cyclic cause", cyclic],
  [
    "an error that is its own cause",
    Object.assign(new Error(secret), {
      get cause() {
        return this;
      },
    }),
  ],
  ["10 000 causes", Array.from({ length: 10_000 }).reduce<Error>((cause) => new Error(secret, { cause }), new Error(secret))],
  ["an error of another realm", runInNewContext(`Object.assign(new Error("${secret}"), { status: 404 })`), 404],
  [
    "an http-error of another realm",
    runInNewContext(`Object.assign(new Error("Gone fishing"), { status: 404, expose: true })`),
    404,
  ],
  ...[999, "foo", "404", Number.NaN, 200, 302, 100, -1, 404.5, 0, Infinity, null, [404], { valueOf: () => 404 }, 404n].map(
    (status) => [`status ${typeof status === "object" ? JSON.stringify(status) : String(status)}`, withStatus(status)] as const,
  ),
  ["a ProblemError with status 999", new ProblemError(999, "Odd")],
  ["a ProblemError with status NaN", new ProblemError(Number.NaN, "Odd")],
  ["a ProblemError with status '404'", new ProblemError("404" as never, "Odd"), 500],
  ["a message of 10 MB", createError(400, "x".repeat(10_000_000)), 400],
  ["a message of control characters", createError(400, "\u0000\u001b[31m\r\nSet-Cookie: a=1\u2028\ud800"), 400],
  ["a message that is not a string", Object.assign(createError(400), { message: { secret } }), 400],
  [
    "CRLF in headers",
    createError(400, "x", { headers: { "X-A": "1\r\nSet-Cookie: stolen=1", "X-B\r\nX-C": "1", "X-Ok": "1" } }),
    400,
  ],
  [
    "headers that frame the message",
    createError(400, "x", {
      headers: Object.fromEntries(framing.map((name) => [name, "stolen"])),
    }),
    400,
  ],
  ["headers that are no object", createError(400, "x", { headers: "Set-Cookie: stolen=1" as never }), 400],
  [
    "header values of every kind",
    new ProblemError(400, "x", {
      headers: {
        a: Symbol() as never,
        b: 10n as never,
        c: {
          toString: () => {
            throw new Error(secret);
          },
        } as never,
        d: ["1", "2"] as never,
      },
    }),
    400,
  ],
  [
    "keys that pollute prototypes",
    malformed({
      extensions: JSON.parse(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"inner":{"__proto__":{"polluted":1}}}',
      ) as Record<string, unknown>,
    }),
    400,
  ],
  [
    "extensions named like standard members",
    malformed({ extensions: { status: 200, title: "OK", request_id: "mine", errors: secret && undefined } }),
    400,
  ],
  [
    "extensions that cannot be serialised",
    new ProblemError(400, "x", {
      extensions: {
        big: 10n,
        loop: cyclic,
        bad: {
          toJSON() {
            throw new Error(secret);
          },
        },
        fn: () => secret,
        sym: Symbol(secret),
        nan: Number.NaN,
        ok: 1,
      },
    }),
    400,
  ],
  [
    "a toJSON that throws",
    Object.assign(new Error(secret), {
      toJSON() {
        throw new Error(secret);
      },
    }),
  ],
  ["extensions that are a revoked Proxy", new ProblemError(400, "x", { extensions: revoked.proxy as never }), 400],
  ["errors that are no list", new ProblemError(400, "x", { errors: secret as never }), 400],
  ["errors of odd members", new ProblemError(400, "x", { errors: [{ pointer: 1, detail: 2 }, null, "x"] as never }), 400],
  ["a code of CRLF", malformed({ code: "A\r\nB" }), 400],
  ["a thenable", { then: () => {} }],
  ["an error whose name is __proto__", Object.assign(new Error(secret), { name: "__proto__" })],
  ["an error whose code is constructor", Object.assign(new Error(secret), { code: "constructor" })],
];

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

describe.each(hosts)("$name", ({ name, family, create }) => {
  it.each(values)("answers %s", async (_label, thrown, status = 500) => {
    const reported: unknown[] = [];
    const act = () => {
      throw thrown;
    };
    const bytes = await withServer(create(act, { onError: ({ cause }) => reported.push(cause) }), (port) =>
      exchange(port, request("GET /act")),
    );
    const answer = parseAnswer(bytes);
    const body = assertContract(answer);
    // Express takes a falsy value for "no error" and goes on to the next handler.
    const unseen = family === "express" && !thrown;
    expect(answer.status).toBe(unseen ? 404 : status);
    expect(reported).toHaveLength(1);
    if (!unseen) expect(reported[0]).toBe(thrown);
    expect(bytes).not.toContain(secret);
    expect(bytes).not.toContain("stolen");
    expect(bytes.length).toBeLessThan(3000);
    expect(answer.text).not.toMatch(/__proto__|"constructor"|polluted/);
    // eslint-disable-next-line no-control-regex
    expect(body["detail"]).not.toMatch(/[\u0000-\u001f\u2028]/);
    expect(unhandled, name).toEqual([]);
  });
});

it("keeps what is sound beside what is not", async () => {
  const [host] = hosts;
  const answers = await Promise.all(
    ["extensions that cannot be serialised", "CRLF in headers"].map(async (label) => {
      const thrown = values.find(([name]) => name === label)![1];
      const act = () => {
        throw thrown;
      };
      return parseAnswer(await withServer(host!.create(act, { onError() {} }), (port) => exchange(port, request("GET /act"))));
    }),
  );
  expect(JSON.parse(answers[0]!.text)).toMatchObject({ ok: 1, nan: null });
  expect(answers[1]!.headers.get("x-ok")).toBe("1");
});

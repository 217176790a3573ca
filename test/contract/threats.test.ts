// What an attacker may try through an error response, or through what is written about one. docs/security.md says what else is tested where.
import { createServer } from "node:http";
import { createResponder, problem } from "@fg-errors/core";
import { survivingFields } from "../../packages/core/src/http/header-fields.js";
import { endToEnd } from "@fg-errors/core/upstream";
import { guardServer } from "@fg-errors/core/server";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { expectWork } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const script = "</script><script>alert(1)</script>";

/** How pages ask for what they would run. */
const asking = [
  { name: "a page", fields: { Accept: "text/html,application/xhtml+xml" } },
  { name: "a script", fields: { Accept: "*/*", "Sec-Fetch-Dest": "script" } },
  { name: "text", fields: { Accept: "text/plain" } },
  { name: "JSON", fields: { Accept: "application/json" } },
];

describe.each(hosts)("$name", ({ create }) => {
  it.each(asking)("gives nothing that a browser would run to who asks for $name", async ({ fields }) => {
    const act = () => {
      throw problem(400, script, { errors: [{ parameter: script, detail: script }], extensions: { more: [script] } });
    };
    for (const path of ["/act", `/${script}`, `/act/${script}?callback=${script}`]) {
      const target = `GET ${path}`;
      const bytes = await withServer(create(act, { onError() {} }), (port) =>
        exchange(port, request(target, { ...fields, "X-Request-Id": script })),
      );
      const answer = parseAnswer(bytes); // assertContract() asks for a JSON type, and for nosniff
      const body = assertContract(answer);
      expect(answer.headers.get("content-type")).toMatch(/json$/);
      expect(answer.text).toMatch(/^\{"type":/); // an object is no script, a list would be
      expect(`${String(body["instance"])} ${String(body["request_id"])} ${bytes.split("\r\n\r\n")[0]!}`).not.toContain("<");
    }
  });

  it("splits no response, whatever octets stand where a field's value is made of them", async () => {
    const split = "1\r\nSet-Cookie: stolen=1\r\n\r\nHTTP/1.1 200 OK\r\n";
    const act = () => {
      const headers = { "Retry-After": split, "WWW-Authenticate": split, Vary: "a\nb", "X-A": "\u0100\r\n", "X-Ok": "1" };
      throw problem(401, split, { code: split, headers });
    };
    const options = { onError() {}, proxyName: "edge", requestId: () => split, map: () => ({ headers: { Link: split } }) };
    const bytes = await withServer(create(act, options), (port) =>
      exchange(port, request(`GET /act`, { "X-Request-Id": "a\tb" })),
    );
    assertContract(parseAnswer(bytes));
    expect(bytes.match(/^HTTP\/1\.1/gm)).toHaveLength(1);
    expect(bytes).not.toMatch(/^(?:set-cookie|link|x-a)/im);
  });
});

describe("what goes to stderr", () => {
  let stderr: MockInstance<typeof process.stderr.write>;
  beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
  afterEach(() => stderr.mockRestore());

  const evil = "\r\nfg-errors: forged\u001b[2J\u009b2J\u202e\u2028\u0000";
  const safe = /^[\n\x20-\x7e]*$/;
  const written = async () => {
    await Promise.resolve();
    return stderr.mock.calls.map(([text]) => String(text)).join("");
  };

  it.each([
    ["the path", { url: `/a${evil}?s3cr3t` }],
    ["an id", { headers: { "x-request-id": evil, "x-cff-request-id": evil, traceparent: evil } }],
    ["other fields", { headers: { accept: evil, "user-agent": evil, [evil]: evil } }],
  ])("is one line that cannot be forged by %s", async (_what, facts) => {
    const thrown = Object.assign(new Error("x"), { stack: "stack", code: evil, config: evil });
    createResponder()(thrown, { method: "GET", url: "/a", headers: {}, ...facts });
    const text = await written();
    expect(text).toMatch(safe);
    expect(text).toMatch(/^fg-errors: 500 FSS\.0500 GET \/\S* \(request [\w-]+\)\nstack\n$/);
  });

  it("nor by the code that a thrower has given", async () => {
    const thrown = Object.assign(new Error(evil), { status: 500, expose: true, code: evil });
    createResponder()(thrown, { method: "GET", url: "/a", headers: {} });
    expect((await written()).split("\n")[0]).toMatch(/^fg-errors: 500 FSS\.0500 GET \/a \(request [\w-]+\)$/);
  });

  it.each([
    ["a message", () => new Error(evil)],
    ["a cause's", () => new Error("x", { cause: new Error(evil) })],
    ["a stack", () => Object.assign(new Error("x"), { stack: evil })],
    ["a name", () => Object.assign(new Error("x"), { stack: undefined, name: evil })],
    ["a text", () => evil],
    ["a message at its start", () => Object.assign(new Error("x"), { stack: evil.trimStart() })],
  ])("nor by what stands below it: %s", async (_what, make) => {
    createResponder()(make(), { method: "GET", url: "/a", headers: {} });
    const text = await written();
    expect(text).toMatch(safe);
    expect(text.match(/^fg-errors:/gm)).toHaveLength(1);
    expect(text).toContain("fg-errors: forged\\u001b[2J\\u009b2J\\u202e\\u2028\\u0000");
  });

  it("nor by octets on the wire", async () => {
    const act = () => {
      throw Object.assign(new Error("x"), { stack: "stack" });
    };
    for (const { create } of hosts) {
      const server = guardServer(createServer(create(act)));
      await withServer(server, (port) => exchange(port, request("GET /act?\x9b2J%0d%0a", { "X-Request-Id": "\x9b2J%0a" })));
    }
    expect(await written()).toMatch(safe);
  });
});

it.each([" ", "\t", ",", " ,", ", ,", "a ", "a,\t"])("a long Connection field costs no time: %j over and over", async (unit) => {
  const headers = { connection: `a${unit.repeat(100_000)}b`, b: "1", c: "2" };
  const act = () =>
    expect([Object.fromEntries(endToEnd(headers)), Object.fromEntries(survivingFields(headers))]).toEqual([
      { c: "2" },
      { c: "2" },
    ]);
  await expectWork(act, 1000); // it was 8 seconds and more
});

// What of a problem's type, instance and extensions is sent, whoever chose them.
import { createResponder, problem } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";

const body = (extensions: object, options = {}) =>
  JSON.parse(createResponder({ onError() {}, ...options })(problem(409, "x", { extensions: { ...extensions } }), { headers: {} }).body) as Record<string, unknown>; // prettier-ignore

/** What an upstream of this contract says, received. */
const said = (more: object) => {
  const texts = { detail: "x", instance: "/", error_code: "A.1", error_msg: "x", request_id: "a" };
  const content = JSON.stringify({ type: "about:blank", title: "Conflict", status: 409, ...texts, ...more });
  return normalizeUpstream(new Response(content, { status: 409 }), { errorBodyLimit: 1_000_000 });
};

const foreign = (type: string) =>
  normalizeUpstream(Response.json({ type, title: "Paid", detail: "Twice." }, { status: 409, headers: { "content-type": "application/problem+json" } })); // prettier-ignore

describe("a type", () => {
  const mapped = (type: string) => body({}, { map: () => ({ type }) })["type"];

  it.each([
    "https://errors.example/paid",
    "HTTP://errors.example/a?b#c",
    "urn:example:paid",
    "tag:errors.example,2026:paid",
    "about:blank",
  ])("%s is sent, whoever chose it", async (type) => {
    expect(mapped(type)).toBe(type);
    expect((await said({ type })).type).toBe(type);
    expect((await foreign(type)).type).toBe(type);
  });

  it.each(["/errors/paid", "errors/paid", "?paid", "#paid", "//errors.example/paid", "a/b:c"])(
    "%s is sent where this gateway's own hook chose it, and from no upstream",
    async (type) => {
      expect(mapped(type)).toBe(type);
      expect(await said({ type, title: "Paid" })).toMatchObject({ type: "about:blank", title: "Conflict" });
      expect(await foreign(type)).toMatchObject({ type: "about:blank", title: "Conflict", detail: "Twice." });
    },
  );

  it.each([
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "\u202ejavascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://errors.example/a",
    "https:paid",
    "https://",
    "https://errors.example/<a>",
    "https://errors.example/ü",
    "a:b",
    "\\\\errors.example",
    "",
  ])("%j is not sent, whoever chose it", async (type) => {
    expect(mapped(type)).toBe("about:blank");
    expect(await said({ type, title: "Paid" })).toMatchObject({ type: "about:blank", title: "Conflict" });
    expect(await foreign(type)).toMatchObject({ type: "about:blank", title: "Conflict" });
  });
});

describe("a type's length", () => {
  it("is at most 1000 characters", async () => {
    const type = (length: number) => "urn:".padEnd(length, "a");
    expect((await said({ type: type(1000) })).type).toBe(type(1000));
    expect((await said({ type: type(1001) })).type).toBe("about:blank");
  });
});

describe("an upstream's instance", () => {
  it.each([
    ["/inner/orders?token=s3cr3t#a", "/inner/orders"],
    ["https://user:s3cr3t@inner.example/orders?a", "/orders"],
    ["//evil.example/a", "/.//evil.example/a"],
    ["*", "*"],
    ['/a"<b>', "/a%22%3Cb%3E"],
    ["javascript:alert(1)", undefined],
    ["urn:uuid:1", undefined],
    ["orders", undefined],
  ])("%j is sent as %j", async (instance, sent) => {
    expect((await said({ instance })).instance).toBe(sent);
    if (sent) expect((await said({ instance: sent })).instance).toBe(sent); // by the next gateway
  });

  it("is cut at 2000 characters, as this gateway's own path is, and not amid one that is encoded", async () => {
    expect((await said({ instance: `/${"a".repeat(20_000)}` })).instance).toBe(`/${"a".repeat(1999)}`);
    const [instance, sent] = [`/a${"<".repeat(2000)}`, `/a${"%3C".repeat(666)}`];
    expect((await said({ instance })).instance).toBe(sent);
    expect((await said({ instance: `//${"a".repeat(20_000)}` })).instance).toBe(`/.//${"a".repeat(1996)}`);
    const own = createResponder({ onError() {} })(problem(404), { headers: {}, url: instance });
    expect(JSON.parse(own.body)).toMatchObject({ instance: sent });
  });
});

describe("extensions", () => {
  const evil = "a\u202eb\u009b\u0085c\n\td\u2028e";
  const clean = "a b c d e";

  it("have no control characters in names or texts, at any depth, whoever chose them", async () => {
    const extensions = { [evil]: evil, more: { [evil]: [evil, { [evil]: 1 }] }, plain: '"\\n\\u202e/😀 \ud800' };
    const expected = { [clean]: clean, more: { [clean]: [clean, { [clean]: 1 }] }, plain: extensions.plain };
    expect(body(extensions)).toMatchObject(expected);
    expect(body({}, { map: () => ({ extensions }) })).toMatchObject(expected);
    expect((await said(extensions)).extensions).toEqual(expected);
  });

  it("that write themselves have none either", () => {
    expect(body({ a: { toJSON: () => ({ [evil]: evil }) }, b: new String(evil) })).toMatchObject({
      a: { [clean]: clean },
      b: clean,
    });
  });

  it("of an upstream are left out where they are too deep", async () => {
    const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;
    const extensions = { deep: nested(33), deeper: { a: nested(2000) }, shallow: nested(32) };
    expect((await said(extensions)).extensions).toEqual({ shallow: nested(32) });
  });

  it("of an upstream are left out from where they are too many", async () => {
    const long = "x".repeat(40_000);
    expect((await said({ a: long, b: long, c: 1 })).extensions).toEqual({ a: long });
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]));
    const { extensions } = await said({ first: 1, many });
    expect(extensions).toEqual({ first: 1 });
    expect(Object.keys((await said(many)).extensions!).length).toBeLessThan(8192);
  });

  it("of an upstream never change a prototype", async () => {
    const { extensions } = await said(JSON.parse('{"a":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}') as object);
    expect(Object.getPrototypeOf(extensions)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(extensions!["a"])).toBe(Object.prototype);
  });
});

// Bodies that want to hurt: a problem comes out all the same, and in time.
import { createResponder, UpstreamError } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { replyFinding } from "@fg-errors/core/adapter";
import { describe, expect, it } from "vitest";
import { xmlMembers } from "../../packages/core/src/reply/body/xml.js";
import { errorFinding } from "../../packages/core/src/reply/reply-finding.js";
import { headOf } from "../../packages/core/src/reply/reply.js";
import { assertContract } from "../assert-contract.js";
import { expectWork } from "../patience.js";

const nothing = "Nothing was found at this address.";
const respond = createResponder({ onError() {} });

/** What a client gets of it, which keeps the contract whatever it was. */
async function answered(content: string | Buffer, contentType = "application/json", status = 404) {
  const reply = new Response(content as BodyInit, { status, headers: { "content-type": contentType } });
  const finding = await errorFinding(headOf(reply), reply, {});
  const { headers, body, ...rendered } = respond(new UpstreamError(finding, undefined), { headers: {} });
  return assertContract({ ...rendered, headers: new Headers(headers), text: body });
}

const deep = (depth: number, inner = "") => `${'{"errors":['.repeat(depth)}${inner}${"]}".repeat(depth)}`;
const own = (more: string) =>
  `{"type":"about:blank","title":"Not Found","status":404,"detail":"a","instance":"/","error_code":"A.1","error_msg":"a","request_id":"a",${more}}`;

describe.each([404, 500])("a %i", (status) => {
  it.each([
    ["brackets", "[".repeat(65_536)],
    ["nested lists", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["nested objects", deep(5000)],
    ["null", "null"],
    ["a list", "[]"],
    ["a list of lists", '[[["s3cr3t"]]]'],
    ["a number", "17"],
    ["nothing", ""],
    ["a large number", `{"code":${"9".repeat(1000)},"message":${"9".repeat(1000)}}`],
    ["wrong types", '{"message":{"message":"s3cr3t"},"code":[],"errors":{"a":{"b":17}},"error":7,"detail":true}'],
    ["prototypes", '{"__proto__":{"detail":"s3cr3t","code":"s3cr3t"},"constructor":{"prototype":{"a":"s3cr3t"}}}'],
    ["an error of a prototype", '{"error":{"__proto__":{"message":"s3cr3t"}}}'],
    ["a contract of our own with prototypes", own('"__proto__":{"polluted":"s3cr3t"},"a":{"constructor":"s3cr3t"}')],
    ["a contract of our own with wrong fields", own('"errors":[null,17,{"detail":7},{"pointer":{},"value":"s3cr3t"}]')],
    ["a contract of our own without end", own(`"a":${"[".repeat(10_000)}${"]".repeat(10_000)}`)],
    [
      "many fields",
      JSON.stringify({ errors: Array.from({ length: 5000 }, (_, index) => ({ field: `f${index}`, message: "" })) }),
    ],
    [
      "many names",
      JSON.stringify({ errors: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, ["", ""]])) }),
    ],
    ["tags", "<".repeat(65_536), "application/problem+xml"],
    ["comments", "<!--".repeat(16_000), "application/problem+xml"],
    ["elements", "<a>".repeat(20_000), "application/problem+xml"],
    ["entities", `<a><detail>${"&#x41".repeat(10_000)}`, "application/problem+xml"],
    ["a billion laughs", '<!DOCTYPE a [<!ENTITY b "s3cr3t">]><problem><detail>&b;</detail></problem>', "application/problem+xml"],
    ["white space", " ".repeat(65_536), "text/plain"],
    ["lines", "\n ".repeat(30_000), "text/plain"],
    ["a type without end", "s3cr3t", `application/json${";".repeat(5000)}charset=${" ".repeat(5000)}`],
    ["noise", Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7919) % 256)), "text/plain"],
  ])("of %s", async (_what, content, type = "application/json") => {
    let body: unknown;
    const act = async () => (body = await answered(content, type, status));
    await expectWork(act, 500);
    expect(JSON.stringify(body)).not.toContain("s3cr3t");
    expect(JSON.stringify(body).length).toBeLessThan(65_536);
    expect(Object.getPrototypeOf({})).not.toHaveProperty("polluted");
  });
});

it("the last of two members with one name counts, as everywhere in JSON", async () => {
  expect(await answered('{"message":"first","message":"second"}')).toMatchObject({ detail: "second" });
});

it("a lone surrogate leaves as it came", async () => {
  expect(await answered('{"message":"\\ud800 order"}')).toMatchObject({ detail: "\ud800 order" });
});

it("no more than 100 fields are listed", async () => {
  const list = Array.from({ length: 500 }, (_, index) => ({ field: `f${index}`, message: "No." }));
  expect((await answered(JSON.stringify({ errors: list })))["errors"]).toHaveLength(100);
});

it("a body at hand may be anything, and hostile", () => {
  const getter = { get message(): string { throw new Error("s3cr3t"); }, errors: { get a() { throw new Error("s3cr3t"); } } }; // prettier-ignore
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  for (const body of [getter, proxy, undefined, null, 17, () => {}, Symbol("a"), new Map()])
    expect(JSON.parse(JSON.stringify(replyFinding(404, undefined, body)))).toEqual({ status: 404 });
});

describe("charset", () => {
  it.each<readonly [contentType: string, octets: Buffer, text: string | undefined]>([
    ["text/plain", Buffer.from("Zahlung fällig"), "Zahlung fällig"],
    ["text/plain; charset=UTF-8", Buffer.from("fällig"), "fällig"],
    ['text/plain;format=flowed;Charset="iso-8859-1"', Buffer.from("fällig", "latin1"), "fällig"],
    ["text/plain; charset=windows-1252", Buffer.from([0x80, 0x35]), "€5"],
    ["text/plain; charset=shift_jis", Buffer.from("8e7895a5", "hex"), "支払"],
    ["text/plain; charset=gbk", Buffer.from("d6a7b8b6", "hex"), "支付"],
    ["text/plain; charset=utf-16le", Buffer.from("fällig", "utf16le"), "fällig"],
    ["text/plain; charset=iso-8859-1", Buffer.from("\ufefffällig"), "fällig"],
    ["text/plain", Buffer.from("\ufefffällig", "utf16le"), "fällig"],
    ["text/plain", Buffer.from("\ufefffällig", "utf16le").swap16(), "fällig"],
    ["text/plain; charset=s3cr3t", Buffer.from("fällig"), undefined],
    ["text/plain", Buffer.from("5 €").subarray(0, -1), "5 "],
    ["text/plain; charset=", Buffer.from("fällig"), "fällig"],
  ])("%s", async (contentType, octets, text) => {
    expect(await answered(octets, contentType)).toMatchObject({ detail: text?.trim() ?? nothing });
  });

  it("of JSON", async () => {
    const json = Buffer.from('{"message":"fällig"}', "latin1");
    expect(await answered(json, "application/json; charset=iso-8859-1")).toMatchObject({ detail: "fällig" });
    expect(await answered(Buffer.from('\ufeff{"message":"fällig"}'))).toMatchObject({ detail: "fällig" });
  });
});

describe("XML", () => {
  it.each([
    ["prefixes", '<p:problem xmlns:p="a"><p:title>a</p:title></p:problem>', { title: "a" }],
    ["single elements", '<problem><a/><b c="d"/><title>a</title></problem>', { title: "a" }],
    ["elements within", "<problem><title>a<b>s3cr3t</b>c</title></problem>", { title: "ac" }],
    ["entities", "<p><t>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&nbsp;&#x110000;</t></p>", { t: "<&>\"'AB&nbsp;&#x110000;" }],
    [
      "wrappers",
      "<p><Error><a>1</a></Error><Errors><b>2</b><Error><c>3</c><d><e>4</e></d></Error></Errors></p>",
      { a: "1", b: "2", c: "3", d: "" },
    ],
    ["names that come twice", "<p><a>1</a><a>2</a><Error><a>3</a></Error></p>", { a: "1" }],
    ["wrappers elsewhere", "<p><x><Error><a>1</a></Error></x></p>", { x: "" }],
    ["attributes", '<p a="1"><Error b="2"><a\nc="d">1</a></Error></p>', { a: "1" }],
    ["a prototype", "<p><__proto__>a</__proto__></p>", { ["__proto__"]: "a" }],
    ["an end too many", "</p></p><p><t>a</t></p>", {}],
    ["no end", "<p><title>a</title>", {}],
    ["no tag's end", "<p><title>a</title><detail", {}],
    ["no XML", "s3cr3t", {}],
  ])("%s", (_what, text, members) => {
    expect(Object.entries(xmlMembers(text))).toEqual(Object.entries(members));
  });

  it("marks up nothing in the end", async () => {
    const text = "<problem><title>a</title><detail>&lt;script&gt;</detail></problem>";
    expect(await answered(text, "application/problem+xml")).toMatchObject({ detail: "a" });
  });
});

it("a status that lies has no effect on the problem", async () => {
  const body = JSON.stringify({ title: "a", status: 200, detail: "No such order" });
  const reply = new Response(body, { status: 404, headers: { "content-type": "application/problem+json" } });
  expect(await normalizeUpstream(reply)).toMatchObject({ status: 404, title: "Not Found", detail: "No such order" });
});

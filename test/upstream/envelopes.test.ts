// What a client gets to read of the error bodies that services send.
import type { Problem } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { replyFinding } from "@fg-errors/core/adapter";
import { buildSchema, graphql } from "graphql";
import { describe, expect, it } from "vitest";
import { documented } from "./envelope-examples.js";
import { ofFrameworks } from "./envelope-examples-frameworks.js";

const envelopeExamples = [...documented, ...ofFrameworks];

/** A finding without what is not said in it. */
const said = (finding: object) => JSON.parse(JSON.stringify(finding)) as object;

/** What is made of a reply. */
const normalized = (content: string, headers: Readonly<Record<string, string>> = {}, status = 404): Promise<Problem> =>
  normalizeUpstream(new Response(content, { status, headers: { "content-type": "application/json", ...headers } }));

const nothing = "Nothing was found at this address.";

describe("of a 4xx", () => {
  it.each(envelopeExamples)("%s", async (_who, [type, body], expected) => {
    expect(said(replyFinding(404, type, body))).toEqual({ status: 404, ...expected });
    expect(said(replyFinding(404, type, Buffer.from(body)))).toEqual({ status: 404, ...expected });
    expect(JSON.stringify(await normalized(body, { "content-type": type }))).not.toContain("s3cr3t");
  });
});

describe("of a 5xx, only the code", () => {
  it.each(envelopeExamples)("%s", (_who, [type, body], { code, requestId }) => {
    expect(said(replyFinding(500, type, body))).toEqual({
      status: 500,
      ...(code !== undefined && { code }),
      ...(requestId !== undefined && { requestId }),
    });
  });
});

it("AWS may have its code in the head", async () => {
  const type = "ResourceNotFoundException:http://internal.amazon.com/coral/com.amazon.s3cr3t/";
  expect(await normalized('{"message":"No such table"}', { "x-amzn-errortype": type })).toMatchObject({
    code: "ResourceNotFoundException",
    detail: "No such table",
  });
});

it.each<readonly [what: string, message: string]>([
  ["a page", "<!DOCTYPE html><h1>s3cr3t"],
  ["markup amid text", "No order <i>17</i>"],
  ["an end tag", "No order</p>"],
  ["a stack", "Error: s3cr3t\n    at handler (/srv/app/s3cr3t.js:1:2)"],
  ["Java's stack", "java.lang.s3cr3t\n\tat com.shop.Orders(Orders.java:17)"],
  ["Python's", "Traceback (most recent call last):\n  File s3cr3t"],
  ["a file", "ENOENT: no such file or directory, open '/srv/s3cr3t'"],
  ["an address", "connect ECONNREFUSED 10.0.0.7:5432"],
  ["a name", "getaddrinfo ENOTFOUND s3cr3t.internal"],
  ["what was no text", "s3cr3t\0\0"],
  ["a charset that was not UTF-8", "Commande d\ufffdj\ufffd pay\ufffde"],
  ["nothing", " \n "],
])("says nothing: %s", async (_what, message) => {
  const json = JSON.stringify({ message, code: "A.1", errors: [{ field: "a", message }] });
  expect(await normalized(json)).toMatchObject({
    detail: nothing,
    code: "A.1",
    errors: [{ pointer: "#/a", detail: "Not valid." }],
  });
  expect(await normalized(message, { "content-type": "text/plain" })).toMatchObject({ detail: nothing });
});

describe("markup and text", () => {
  it.each([
    "Syntax Error: Expected Name, found <EOF>.",
    "<EOF>",
    "Cannot read Map<String, List<Option<T>>> and List<?> from Vec<object>",
    "Use <name@shop.example>, <file> or --size=<input>",
    "1 < 2, a<b, c <d> and <3; <class 'int'> is no <unknown>",
    "<Buffer 00 ff> of <Order>",
  ])("a message in JSON that is text: %s", async (message) => {
    expect(await normalized(JSON.stringify({ message, errors: [{ field: "a", message }] }))).toMatchObject({
      detail: message,
      errors: [{ pointer: "#/a", detail: message }],
    });
    expect(await normalized(message, { "content-type": "text/plain" })).toMatchObject({ detail: message });
  });

  it.each([
    "<script>s3cr3t</script>",
    "No order <SCRIPT",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    '<x y="s3cr3t">',
    "<a\thref='javascript:s3cr3t'>",
    "List<br>",
    "502<hr/>nginx",
    "<p>s3cr3t",
    "<?xml version='1.0'?>",
    "<error>s3cr3t</error>",
    "<!-- s3cr3t -->",
    "<![CDATA[s3cr3t]]>",
  ])("a message that is markup: %s", async (message) => {
    expect(await normalized(JSON.stringify({ message }))).toMatchObject({ detail: nothing });
    for (const type of ["text/plain", "text/html", "text/html; charset=utf-8"])
      expect(await normalized(message, { "content-type": type })).toMatchObject({ detail: nothing });
  });

  it.each([
    ["Custom timeout error", "Custom timeout error"],
    ["\n No such order: 1 &lt; 2 &amp; 3 < 4 \n", "No such order: 1 < 2 & 3 < 4"],
    ["&lt;script&gt;s3cr3t&lt;/script&gt;", nothing],
    ["Expected &lt;EOF&gt;", "Expected <EOF>"],
    ["Expected <EOF>", nothing],
    ["connect ECONNREFUSED 10.0.0.7:80", nothing],
    ["Error\n    at s3cr3t (/srv/s3cr3t.js:1:2)", nothing],
    ["", nothing],
  ])("a text that is called HTML: %j", async (text, detail) => {
    expect(await normalized(text, { "content-type": "text/html; charset=utf-8" })).toMatchObject({ detail });
    expect(await normalized(text, { "content-type": "text/html" }, 503)).toMatchObject({
      detail: expect.not.stringContaining("order"),
    });
  });

  it("GraphQL's own syntax error keeps its words", async () => {
    const { errors } = await graphql({ schema: buildSchema("type Query { a: Int }"), source: "{ a" });
    const body = JSON.stringify({ errors });
    expect(await normalized(body, { "content-type": "application/graphql-response+json" }, 400)).toMatchObject({
      detail: "Syntax Error: Expected Name, found <EOF>.",
    });
  });
});

it("a message is cut, and rid of what a terminal would obey", async () => {
  const { detail } = await normalized(JSON.stringify({ message: `\u001b[31mred\r\n${"x".repeat(2000)}` }));
  expect(detail).toMatch(/^\[31mred x{900,995}…?$/);
});

it.each([
  [404, undefined],
  ["404", undefined],
  [1001, "1001"],
  [5, "5"],
  [0, undefined],
  [-0, undefined],
  ["0", undefined],
  ["00000", undefined],
  ["", undefined],
  ["OK", undefined],
  ["success", undefined],
  ["Success", undefined],
  ["null", undefined],
  ["None", undefined],
  [true, undefined],
  [200, undefined],
  ["200", undefined],
  ["0001", "0001"],
  ["OK.1", "OK.1"],
  [200400, "200400"],
  [0.5, undefined],
  [Infinity, undefined],
  ["a b", undefined],
  ["x".repeat(65), undefined],
  [{ toString: 1 }, undefined],
  [["A.1"], undefined],
])("the code %o is %s", (code, expected) => {
  expect(replyFinding(404, "application/json", { code }).code).toBe(expected);
  expect(replyFinding(404, "application/json", { code, errorCode: "A.1" }).code).toBe(expected ?? "A.1");
});

it("XML without a type is read", async () => {
  const content = "<?xml version='1.0'?><Error><Code>A.1</Code><Message>No.</Message></Error>";
  expect(await normalized(content, { "content-type": "" })).toMatchObject({ code: "A.1", detail: "No." });
});

it.each([
  ["retry-after", 503, ["5", "0", "Fri, 01 Jan 2027 17:00:00 GMT"], ["-1", "5, 5", "1.5", "soon", "2027-01-01", "1".repeat(10)]],
  ["retry-after", 404, ["5"], [""]],
  ["www-authenticate", 401, ["Bearer", 'Basic realm="a", Digest nonce="b"', "Negotiate, NTLM"], ["", '"Basic"', "<b>"]],
  ["www-authenticate", 403, [], ["Bearer"]],
  ["allow", 405, ["GET, HEAD", "", "QUERY"], ["<s3cr3t>", "GET; HEAD"]],
  ["allow", 404, [], ["GET"]],
  ["proxy-authenticate", 407, [], ["Basic"]],
  ["location", 404, [], ["/s3cr3t"]],
] as const)("%s of a %i", async (name, status, valid, invalid) => {
  for (const value of valid) expect((await normalized("", { [name]: value }, status)).headers).toEqual({ [name]: value });
  for (const value of invalid) expect((await normalized("", { [name]: value }, status)).headers, value).toBeUndefined();
});

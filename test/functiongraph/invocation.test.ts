// A function's result as a response: on each host the same.
import type { Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { withServer } from "../wire.js";
import { answerOf, hosts } from "./invocation-hosts.js";
import { malformedResults } from "./invocation-malformed.js";

const result = (members: object = {}) => ({ statusCode: 200, headers: {}, body: "an order", isBase64Encoded: false, ...members });
const binary = Buffer.from([0, 255, 254, 10, 13, 200]);

describe.each(hosts)("$name", (host) => {
  it.each<[string, unknown, number, string]>([
    ["a text", result(), 200, "an order"],
    ["its JSON text", JSON.stringify(result()), 200, "an order"],
    ["its JSON text, indented", JSON.stringify(result(), null, 4), 200, "an order"],
    ["no more than a status and a body", { statusCode: 201, body: "Grüße" }, 201, "Grüße"],
    ["absent members as null", { statusCode: 200, headers: null, body: null, isBase64Encoded: null }, 200, ""],
    ["an empty body", result({ body: "" }), 200, ""],
    ["an empty body that claims to have something", result({ headers: { "Content-Length": 4 }, body: "" }), 200, ""],
    ["Base64", result({ body: Buffer.from("an order").toString("base64"), isBase64Encoded: true }), 200, "an order"],
    ["Base64 in lines", result({ body: "YW4g\r\nb3Jk\nZXI=\n", isBase64Encoded: true }), 200, "an order"],
    ["octets", result({ body: Buffer.from("an order") }), 200, "an order"],
    ["members of its own", result({ cost: 1n }), 200, "an order"],
    ["an object that knows its JSON", { toJSON: () => result() }, 200, "an order"],
    ["a redirect", result({ statusCode: 302, headers: { Location: "/orders/18" } }), 302, "an order"],
    ["a status without content", result({ statusCode: 204 }), 204, ""],
    ["a reset", result({ statusCode: 205 }), 205, ""],
    ["a match", result({ statusCode: 304, headers: { ETag: '"1"' } }), 304, ""],
  ])("answers with %s", async (_what, given, status, text) => {
    const answer = await answerOf(host, given);
    expect(answer).toMatchObject({ status, text });
    if (status === 204) expect(answer.headers.has("content-length")).toBe(false); // RFC 9110 section 8.6
    const length = answer.headers.get("content-length");
    if (text !== "") expect(length).toBe(String(Buffer.byteLength(text)));
    else expect(Number(length)).toBe(0);
  });

  it("answers with octets that are no text", async () => {
    const given = result({ body: binary.toString("base64"), isBase64Encoded: true });
    const visit = async (port: number) => Buffer.from(await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer());
    expect(
      await withServer(
        host.create(() => given, {}),
        visit,
      ),
    ).toEqual(binary);
  });

  it("sends the fields, but none that is not valid or that frames the message", async () => {
    const { headers, text } = await answerOf(
      host,
      result({
        headers: {
          "Content-Type": "text/csv",
          "X-Count": 17,
          "X-Last": false,
          Vary: ["Origin", "Accept"],
          "Set-Cookie": ["a=1; Path=/", "b=2", "bad=\r\nX-Injected: s3cr3t"],
          "set-cookie": "c=3",
          "X-Absent": null,
          "X-Undefined": undefined,
          "X-Empty": [],
          "Content-Length": "4",
          "Transfer-Encoding": "chunked",
          Connection: "X-Hop",
          "X-Hop": "s3cr3t",
          "Keep-Alive": "timeout=5",
          "not a name": "s3cr3t",
          "X-Split": "a\r\nX-Injected: s3cr3t",
          "X-Beyond": "\u2603s3cr3t",
        },
      }),
    );
    expect(text).toBe("an order");
    expect(headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2", "c=3"]);
    const known = [...headers].filter(([name]) => !["connection", "date", "keep-alive", "set-cookie"].includes(name));
    expect(Object.fromEntries(known)).toEqual({
      "content-type": "text/csv",
      "content-length": "8",
      "x-count": "17",
      "x-last": "false",
      vary: "Origin, Accept",
    });
    expect(headers.get("keep-alive")).not.toBe("timeout=5");
  });

  it("answers HEAD with the head alone", async () => {
    const { status, headers, text } = await answerOf(host, result(), {}, "HEAD /");
    expect([status, headers.get("content-length"), text]).toEqual([200, "8", ""]);
    const failed = await answerOf(host, "no result", {}, "HEAD /");
    expect([failed.status, failed.text]).toEqual([502, ""]);
  });

  it("folds a success where that is asked for", async () => {
    expect(await answerOf(host, { statusCode: 201 }, { success: "fold" })).toMatchObject({ status: 204, text: "" });
    expect(await answerOf(host, result({ statusCode: 201 }), { success: "fold" })).toMatchObject({
      status: 200,
      text: "an order",
    });
  });

  it.each(malformedResults)("answers 502 for %s", async (_what, given) => {
    const answer = await answerOf(host, given());
    expect(assertContract(answer)).toMatchObject({
      status: 502,
      error_code: "FSS.1202",
      detail: "The function gave no valid response.",
      instance: "/orders/17",
    });
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });

  it.each([
    [
      "an error status",
      result({ statusCode: 404, body: '{"message":"No such order"}' }),
      { status: 404, detail: "No such order" },
    ],
    ["one that is not documented", result({ statusCode: 422, body: '{"message":"No"}' }), { status: 400, detail: "No" }],
    ["one without content", { statusCode: 409 }, { status: 409, error_code: "FSS.0409" }],
    [
      "one in Base64",
      result({ statusCode: 410, body: btoa('{"message":"Gone"}'), isBase64Encoded: true }),
      { status: 404, detail: "Gone" },
    ],
    ["a server error", result({ statusCode: 500, body: '{"message":"s3cr3t"}' }), { status: 500 }],
    ["an interim response", result({ statusCode: 103, body: "s3cr3t" }), { status: 502, error_code: "FSS.0502" }],
    ["a page", result({ statusCode: 503, headers: { "Content-Type": "text/html" }, body: "<p>s3cr3t" }), { status: 503 }],
  ])("relays %s", async (_what, given, body) => {
    const answer = await answerOf(host, given);
    expect(assertContract(answer)).toMatchObject(body);
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });

  it("keeps the fields of an error that outlive its content", async () => {
    const headers = {
      "Access-Control-Allow-Origin": "*",
      "Set-Cookie": ["a=1", "b=2"],
      "Retry-After": 7,
      "Cache-Control": "max-age=60",
      "Content-Type": "text/plain",
      ETag: '"s3cr3t"',
      Server: "s3cr3t",
    };
    const answer = await answerOf(host, result({ statusCode: 429, headers }));
    assertContract(answer);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(JSON.stringify([...answer.headers])).not.toContain("s3cr3t");
  });

  it.each([
    ["invocation", "function invocation exception, error: s3cr3t", { status: 502, error_code: "4002" }],
    ["loading", "function entry exception, error: s3cr3t", { status: 502, error_code: "4001" }],
    ["something else", "s3cr3t", { status: 502 }],
  ])("answers for a function that failed in its %s", async (_where, errorMessage, body) => {
    const problems: Problem[] = [];
    const failed = { errorMessage, errorType: "s3cr3t", stackTrace: ["at s3cr3t"] };
    for (const given of [failed, JSON.stringify(failed)]) {
      const answer = await answerOf(host, given, { onError: (found) => void problems.push(found) });
      expect(assertContract(answer)).toMatchObject(body);
      expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
    }
    expect(problems).toMatchObject([{ receivedStatus: 200 }, { receivedStatus: 200 }]);
  });

  it("reports what is wrong with a result", async () => {
    const problems: Problem[] = [];
    await answerOf(host, { statusCode: "200" }, { onError: (found) => void problems.push(found) });
    const wrong = "The function's result needs an integer from 100 to 599 as its statusCode";
    expect(problems).toMatchObject([{ status: 502, cause: { cause: { message: wrong } } }]);
  });
});

// invocationResponse(): what only hosts with a fetch Response can do with it.
import { problem, UpstreamError, type Problem } from "@fg-errors/core";
import { fromInvocation, invocationResponse } from "@fg-errors/core/functiongraph";
import { expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { revoked } from "./invocation-malformed.js";

const incoming = new Request("https://gateway.example/orders/17?token=s3cr3t", { headers: { "X-Request-Id": "a1b2c3" } });

async function answerOf(result: unknown, problems: Problem[] = [], request: unknown = incoming) {
  const reply = await invocationResponse(result, request as Request, { onError: (found) => void problems.push(found) });
  expect(reply).toBeInstanceOf(Response);
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

it.each<[string, () => unknown, object]>([
  ["a call that failed", () => Promise.reject(new UpstreamError({ status: 504 }, undefined)), { status: 504 }],
  ["one that nobody has named", () => Promise.reject(new Error("s3cr3t")), { status: 500 }],
  ["a ProblemError", () => Promise.reject(problem(403, "Not yours")), { status: 403, detail: "Not yours" }],
  ["a promise of a result that is none", async () => "s3cr3t", { status: 502, error_code: "FSS.1202" }],
  ["a revoked Proxy", revoked, { status: 500 }],
])("answers %s", async (_what, result, body) => {
  const problems: Problem[] = [];
  const answer = await answerOf(result(), problems);
  expect(assertContract(answer)).toMatchObject({ instance: "/orders/17", request_id: "a1b2c3", ...body });
  expect(answer.text).not.toContain("s3cr3t");
  expect(problems).toHaveLength(1);
});

it("prefers the request's own id to one that the function has set", async () => {
  const failed = { statusCode: 404, headers: { Vary: "Origin", "X-Request-Id": "functions" } };
  expect(assertContract(await answerOf(failed))).toMatchObject({ request_id: "a1b2c3" });
});

it("keeps what the function varies by, beside what the gateway does", async () => {
  const options = { map: () => ({ headers: { Vary: "Accept" } }) };
  const reply = await invocationResponse({ statusCode: 404, headers: { Vary: "Origin" } }, incoming, options);
  expect(reply.headers.get("vary")).toBe("Origin, Accept");
});

it.each([{ statusCode: 200, body: "an order" }, { statusCode: 404 }])("has no body for HEAD: %j", async (result) => {
  const reply = await invocationResponse(result, new Request(incoming, { method: "HEAD" }));
  expect(reply.body).toBeNull();
  expect(Number(reply.headers.get("content-length"))).toBeGreaterThan(0);
});

it.each([null, {}, { method: 1, url: 2, headers: 3 }])("answers what only looks like a request: %j", async (request) => {
  expect(await answerOf({ statusCode: 200, body: "an order" }, [], request)).toMatchObject({ status: 200, text: "an order" });
  expect(assertContract(await answerOf("none", [], request))).toMatchObject({ status: 502, instance: "/" });
});

it("looks for a function that failed in the fields too, where that is asked for", async () => {
  const failed = { statusCode: 200, headers: { "X-Func-Err-Code": "4010" }, body: "s3cr3t" };
  const reply = await invocationResponse(failed, incoming, { hiddenFailures: true, onError() {} });
  expect(await reply.json()).toMatchObject({ status: 504, error_code: "4010" });
  expect((await invocationResponse(failed, incoming)).status).toBe(200);
});

it.each([
  [{ service: "shop" }, 'option "service" takes'],
  [{ none: 1 }, 'there is no option "none"'],
  [null, "options must be an object"],
])("refuses the options %j", async (options, complaint) => {
  const refused = invocationResponse({ statusCode: 200 }, incoming, options as never);
  await expect(refused).rejects.toThrow(`invocationResponse: ${complaint}`);
});

it("fromInvocation() throws what handlers can catch", () => {
  for (const given of ["none", revoked(), { statusCode: 100 }]) expect(() => fromInvocation(given)).toThrow(UpstreamError);
  expect(() => fromInvocation({ statusCode: 100 })).toThrow(
    expect.objectContaining({ upstreamStatus: 100, proxyError: "http_protocol_error" }),
  );
  expect(() => fromInvocation({})).toThrow(expect.objectContaining({ upstreamStatus: undefined, upstreamCode: "FSS.1202" }));
});

it("fromInvocation() does not guess the length of what a HEAD stands for", () => {
  expect(fromInvocation({ statusCode: 200, body: "" }).headers).toEqual({});
  expect(fromInvocation({ statusCode: 200, body: "Grüße" }).headers).toEqual({ "content-length": 7 });
});

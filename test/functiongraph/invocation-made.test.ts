// toInvocation(): problems, and what is not yet one, as a function's result.
import {
  extendContract,
  functionGraph,
  normalizeError,
  problem,
  UpstreamError,
  type Problem,
  type ResponderOptions,
} from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { fromInvocation, toInvocation } from "@fg-errors/core/functiongraph";
import { expect, it, vi } from "vitest";
import { eventOf } from "./function-apig.js";

const quiet: ResponderOptions = { onError() {} };
const bodyOf = ({ body }: { readonly body: string }) => JSON.parse(body) as object;

it("is a result that leaves nothing open", () => {
  const result = toInvocation(normalizeError(problem(404, "No such order")), eventOf());
  expect(result).toEqual({
    statusCode: 404,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": "apig-1",
    },
    body: expect.any(String),
    isBase64Encoded: false,
  });
  expect(bodyOf(result)).toEqual({
    type: "about:blank",
    title: "Not Found",
    status: 404,
    detail: "No such order",
    instance: "/orders/17",
    error_code: "FSS.0404",
    error_msg: "No such order",
    request_id: "apig-1",
  });
});

it("takes an upstream's problem, with its request id", async () => {
  const reply = new Response("", { status: 410, headers: { "X-Cff-Request-Id": "cff" } });
  const found = await normalizeUpstream(reply, { hiddenFailures: true });
  expect(toInvocation(found)).toMatchObject({ statusCode: 404, headers: { "x-request-id": "cff" } });
});

it.each<[string, unknown, object]>([
  ["a ProblemError", problem(409, "Already paid", { headers: { "Retry-After": 3 } }), { status: 409, detail: "Already paid" }],
  ["an UpstreamError", new UpstreamError({ status: 504 }, undefined), { status: 504 }],
  ["an error", new Error("s3cr3t"), { status: 500 }],
  [
    "an error that looks like a problem",
    Object.assign(new Error(), forged(404)),
    { status: 404, detail: functionGraph.statuses[404]!.description },
  ],
  ["an object with a status alone", { status: 404, title: "s3cr3t" }, { status: 404, error_code: "FSS.0404" }],
  ["a problem of no documented status", forged(418), { status: 400 }],
  ["a success", forged(200), { status: 500 }],
  ["nothing", undefined, { status: 500 }],
])("normalises %s", (_what, thrown, body) => {
  const result = toInvocation(thrown as Error, eventOf(), quiet);
  expect(bodyOf(result)).toMatchObject({ instance: "/orders/17", ...body });
  expect(result.body).not.toContain("s3cr3t");
});

function forged(status: number): Pick<Problem, "type" | "title" | "detail" | "code" | "status"> {
  return { type: "about:blank", title: "s3cr3t", detail: "s3cr3t", code: "s3cr3t", status };
}

it("keeps the header fields of a problem", () => {
  const { headers } = toInvocation(problem(503, "Later", { headers: { "Retry-After": 3 } }), undefined, quiet);
  expect(headers).toMatchObject({ "retry-after": "3" });
  expect(toInvocation(problem(401)).headers).toMatchObject({ "www-authenticate": "Bearer" });
  expect(toInvocation(problem(405)).headers).toMatchObject({ allow: "" });
});

it("accepts the options of fgErrors(), and reports to listeners", () => {
  const onError = vi.fn();
  const contract = extendContract(functionGraph, { 418: { title: "I'm a teapot", description: "Short and stout." } });
  const options: ResponderOptions = { service: "SHOP", format: "functiongraph", contract, onError };
  const found = normalizeError(problem(418), { contract, service: "SHOP" });
  const result = toInvocation(found, eventOf(), options);
  expect(result.statusCode).toBe(418);
  expect(bodyOf(result)).toEqual({ error_code: "SHOP.0418", error_msg: "Short and stout.", request_id: "apig-1" });
  expect(onError).toHaveBeenCalledExactlyOnceWith(found, expect.objectContaining({ method: "GET", instance: "/orders/17" }));
});

it.each([
  [{ service: "shop" }, 'option "service" takes'],
  [{ none: 1 }, 'there is no option "none"'],
  [null, "options must be an object"],
])("refuses the options %j", (options, complaint) => {
  expect(() => toInvocation(problem(404), undefined, options as never)).toThrow(`toInvocation: ${complaint}`);
});

it("reads its options once, so that a hook that fails is reported once", () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const options: ResponderOptions = {
    onError: () => {
      throw new Error("the hook");
    },
  };
  for (const status of [404, 405]) toInvocation(problem(status), undefined, options);
  const written = stderr.mock.calls.map(([line]) => String(line));
  stderr.mockRestore();
  expect(written.filter((line) => line.includes("onError failed"))).toHaveLength(1);
});

it("is what fromInvocation() reads", async () => {
  const made = toInvocation(problem(409, "Already paid", { code: "SHOP.1", extensions: { order: 17 } }), eventOf());
  for (const given of [made, JSON.stringify(made)]) {
    const found = await normalizeUpstream(fromInvocation(given));
    expect(found).toMatchObject({
      status: 409,
      detail: "Already paid",
      code: "SHOP.1",
      extensions: { order: 17 },
      requestId: "apig-1",
    });
    expect(bodyOf(toInvocation(found))).toEqual(bodyOf(made));
  }
});

// One request, several ids: the client's own, the one that FunctionGraph gave the invocation, and what becomes of them.
import { createResponder, type Problem, type ProblemContext } from "@fg-errors/core";
import { normalizeUpstream, upstream, type Reply } from "@fg-errors/core/upstream";
import { afterEach, beforeEach, expect, it, vi, type MockInstance } from "vitest";

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
afterEach(() => stderr.mockRestore());
const logged = () => stderr.mock.calls.map(([line]) => String(line)).join("");

const failed = (headers: Record<string, string> = {}, body: object = {}): Reply =>
  new Response(JSON.stringify(body), { headers: { "X-Func-Err-Code": "4002", "Content-Type": "application/json", ...headers } });
const facts = (headers: Record<string, string> = {}) => ({ method: "GET", url: "/orders/17", headers });
const thrown = (reply: Reply): Promise<unknown> => upstream(reply, { hiddenFailures: true }).catch((error: unknown) => error);

it.each<[string, Reply, string | undefined]>([
  ["X-Cff-Request-Id", failed({ "X-Cff-Request-Id": "cff", "X-Request-Id": "apig" }), "cff"],
  ["the v1 envelope", failed({}, { request_id: "said", result: "", log: "", status: 200 }), "said"],
  ["the front end's trace_id", failed({}, { code: 4002, message: "", trace_id: "traced" }), "traced"],
  ["X-Request-Id, which is API Gateway's", failed({ "X-Request-Id": "apig" }), "apig"],
  ["nothing that is fit", failed({ "X-Cff-Request-Id": "<script>", "X-Request-Id": "a b" }), undefined],
  [
    "an error reply's head",
    new Response('{"error_code":"FSS.0500","error_msg":"-"}', { status: 500, headers: { "X-Cff-Request-Id": "cff" } }),
    "cff",
  ],
])("the invocation's id is in %s", async (_where, reply, requestId) => {
  expect((await normalizeUpstream(reply, { hiddenFailures: true })).requestId).toBe(requestId);
});

it("an error reply's ids are no business of ours without the option", async () => {
  const reply = new Response("", { status: 500, headers: { "X-Cff-Request-Id": "cff" } });
  expect((await normalizeUpstream(reply)).requestId).toBeUndefined();
});

it.each([
  ["X-Request-Id", { "x-request-id": "mine" }],
  ["X-Cff-Request-Id", { "x-cff-request-id": "mine" }],
  ["traceparent", { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` }],
])("a request that came with an %s keeps it, and the operator gets both", async (_name, headers) => {
  const reported: [Problem, ProblemContext][] = [];
  const onError = (...args: [Problem, ProblemContext]) => void reported.push(args);
  const answer = createResponder({ onError })(await thrown(failed({ "X-Cff-Request-Id": "cff" })), facts(headers));
  const id = Object.values(headers)[0]!.replace(/^00-|-.*/g, "");
  expect(answer.headers["x-request-id"]).toBe(id);
  expect(JSON.parse(answer.body)).toMatchObject({ status: 502, request_id: id });
  expect(reported).toMatchObject([[{ requestId: "cff" }, { requestId: id }]]);
});

it("a request without one is known by FunctionGraph's", async () => {
  const answer = createResponder({ onError() {} })(await thrown(failed({ "X-Cff-Request-Id": "cff" })), facts());
  expect(answer.headers["x-request-id"]).toBe("cff");
  expect(JSON.parse(answer.body)).toMatchObject({ request_id: "cff" });
});

it("stderr links the two, where they differ", async () => {
  const error = await thrown(failed({ "X-Cff-Request-Id": "cff" }));
  createResponder()(error, facts({ "x-request-id": "mine" }));
  createResponder()(error, facts());
  await Promise.resolve();
  expect(logged()).toContain("502 4002 GET /orders/17 (request mine, upstream's cff, received 200)");
  expect(logged()).toContain("502 4002 GET /orders/17 (request cff, received 200)");
});

it("stderr says what became of the function, not what it said", async () => {
  const error = await thrown(failed({ "X-Func-Err-Code": "4010" }, { errorMessage: "s3cr3t", errorType: "s3cr3t" }));
  createResponder()(error, facts());
  createResponder()(await thrown(new Response('{"message":"s3cr3t"}', { status: 404 })), facts());
  await Promise.resolve();
  expect(logged()).toContain("UpstreamError: The upstream answered 200: The function did not finish in time.\n");
  expect(logged()).toContain("UpstreamError: The upstream answered 404\n");
  expect(logged()).not.toContain("s3cr3t");
});

it("a problem at hand is rendered as what was thrown would be, and reported", async () => {
  const onError = vi.fn();
  const respond = createResponder({ onError, map: () => ({ code: "SHOP.1" }) });
  const problem = await normalizeUpstream(failed({ "X-Cff-Request-Id": "cff" }), { hiddenFailures: true });
  const { status, headers, body } = respond.render(problem, facts());
  expect(JSON.parse(body)).toMatchObject({ status, error_code: "SHOP.1", instance: "/orders/17", request_id: "cff" });
  expect(headers["x-request-id"]).toBe("cff");
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 502 }), expect.anything());
});

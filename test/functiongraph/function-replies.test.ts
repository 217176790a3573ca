// What is made of the replies of functions, whatever form their failure takes.
import { createResponder, UpstreamError, type Problem } from "@fg-errors/core";
import { normalizeUpstream, upstream } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { asResponse, canary, envelope, failing, failure, fine, invoked, type FunctionReply } from "./replies-of-functions.js";

const options = { hiddenFailures: true };

/** What a client of a gateway gets that relays the reply, and what is reported. */
async function answered(reply: FunctionReply) {
  const thrown: unknown = await upstream(asResponse(reply), { ...options, relayStatuses: true }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UpstreamError);
  const problems: Problem[] = [];
  const respond = createResponder({ onError: (problem) => void problems.push(problem) });
  const answer = respond(thrown, { method: "POST", url: "/orders", headers: {} });
  return {
    answer,
    body: JSON.parse(answer.body) as Record<string, unknown>,
    problem: problems[0]!,
    thrown: thrown as UpstreamError,
  };
}

describe.each(failing)("a function that failed, shown by $name", (reply) => {
  it("is answered by the contract, in our words", async () => {
    const { answer, body, problem, thrown } = await answered(reply);
    const { status, code = expect.any(String) } = reply.made;
    expect(answer.status).toBe(status);
    expect(body).toMatchObject({ status, error_code: code, detail: expect.stringMatching(/^[A-Z][\w;' ]+\.$/) });
    expect(JSON.stringify(answer)).not.toContain(canary);
    expect(JSON.stringify(answer)).not.toContain("Exception");
    expect(problem.upstreamStatus).toBe(reply.status ?? 200);
    expect(thrown.upstreamStatus).toBe(reply.status ?? 200);
    expect(thrown.message).not.toContain(canary);
  });

  it("is the same to normalizeUpstream()", async () => {
    const { status, code, upstreamStatus } = await normalizeUpstream(asResponse(reply), options);
    expect({ status, upstreamStatus }).toEqual({ status: reply.made.status, upstreamStatus: reply.status ?? 200 });
    if (reply.made.code) expect(code).toBe(reply.made.code);
  });
});

const behind200 = failing.filter(({ status }) => status === undefined);

it.each<[string, FunctionReply, object]>([
  ...fine.map((reply): [string, FunctionReply, object] => [reply.name, reply, options]),
  ...behind200.map((reply): [string, FunctionReply, object] => [
    `what has failed by ${reply.name}, without the option,`,
    reply,
    {},
  ]),
])("%s is a success", async (_name, reply, given) => {
  const success = asResponse(reply);
  expect(await upstream(success, given)).toBe(success);
  expect(await success.text()).toBe(await asResponse(reply).text());
});

const json = { "Content-Type": "application/json" };
const notFound = { error_code: "FSS.1051", error_msg: "No function of this name", request_id: "cff" };

it.each<[string, FunctionReply, Partial<Problem>]>([
  [
    "FunctionGraph's own 404",
    { name: "", status: 404, body: notFound },
    { status: 404, code: "FSS.1051", detail: notFound.error_msg },
  ],
  [
    "API Gateway's 429",
    { name: "", status: 429, headers: { "Retry-After": "7" }, body: { error_code: "APIG.0308", error_msg: "Slow down" } },
    { status: 503, code: "APIG.0308", headers: { "retry-after": "7" } },
  ],
  [
    "a 500 of the service",
    { name: "", status: 500, headers: { "X-Is-Func-Err": "false" }, body: { error_code: "FSS.0500", error_msg: canary } },
    { status: 500, code: "FSS.0500" },
  ],
  [
    "a 404 with the platform's code of a time limit",
    { name: "", status: 404, body: { error_code: "FSS.4010", error_msg: "No" } },
    { status: 404, code: "FSS.4010" },
  ],
  [
    "a 500 with a code of the runtimes in its content",
    { name: "", status: 500, body: { error_code: "4010" } },
    { status: 500, code: "4010" },
  ],
  [
    "a 500 of a function that did well",
    { name: "", status: 500, headers: { "X-Func-Err-Code": "0" }, body: failure("invoke timed out") },
    { status: 500, code: "FSS.0500" },
  ],
  [
    "an HTTP function's 404, which is a 4002",
    {
      name: "",
      status: 404,
      headers: { "X-Func-Err-Code": "4002", "X-Is-Func-Err": "true" },
      body: { message: "No such order" },
    },
    { status: 404, detail: "No such order" },
  ],
  [
    "an HTTP function's 503, which is a 4002",
    { name: "", status: 503, headers: { "X-Func-Err-Code": "4002", "Retry-After": "7" }, body: { code: "SHOP.1" } },
    { status: 503, code: "SHOP.1", headers: { "retry-after": "7" } },
  ],
  [
    "a 422 that looks like a failed function's",
    { name: "", status: 422, headers: json, body: { errorMessage: "No name", errorType: "Missing" } },
    { status: 400, detail: "No name" },
  ],
  [
    "a service's own code and trace, without X-Inner-Code",
    { name: "", status: 400, body: { code: 4010, message: "No name", trace_id: "1" } },
    { status: 400, code: "4010", detail: "No name" },
  ],
])("%s stays what it is without the option", async (_what, reply, problem) => {
  expect(await normalizeUpstream(asResponse(reply))).toMatchObject(problem);
  expect(await normalizeUpstream(asResponse(reply), options)).toMatchObject(problem);
});

describe("what a function may choose", () => {
  it.each([
    "request body exceeds limit",
    "200401",
    "401",
    "FSS.0401",
    "function entry exception, error: invoke timed out",
    " invoke timed out",
    "Invoke timed out",
    "__proto__",
  ])("is not a status, with the message %j", async (message) => {
    const { answer } = await answered({ name: "", headers: invoked, body: failure(message) });
    expect(answer.status).toBe(502);
  });

  it("is its content, of which a deep one costs no more", async () => {
    const deep = '{"errorMessage":'.repeat(3000);
    const success = asResponse({ name: "", headers: invoked, body: envelope(deep) });
    expect(await upstream(success, options)).toBe(success);
  });
});

it.each([
  [404, { status: 404, code: "SHOP.9", detail: "Ours" }],
  [500, { status: 500, code: "SHOP.9", detail: "Ours" }],
  [200, { status: 502, code: "4002", detail: "The function failed." }],
])("a body of our own contract is believed on an error status, before all else (%i)", async (status, made) => {
  const { body } = createResponder({ onError() {} })(new Error(canary), { method: "GET", url: "/inner", headers: {} });
  const own = { ...(JSON.parse(body) as object), status, error_code: "SHOP.9", detail: "Ours", error_msg: "Ours" };
  const headers = { ...invoked, "X-Func-Err-Code": "4002", "X-Is-Func-Err": "true" };
  const problem = await normalizeUpstream(asResponse({ name: "", status, headers, body: own }), options);
  expect(problem).toMatchObject(made);
  expect(problem.instance).toBe(status === 200 ? undefined : "/inner");
});

it.each(["retry-after", "proxy-status"])("%s of a function's reply is kept, wherever the failure was shown", async (name) => {
  for (const headers of [{ "X-Func-Err-Code": "150429" }, invoked]) {
    const { answer } = await answered({ name: "", headers: { ...headers, [name]: "7" }, body: failure("invoke timed out") });
    expect(answer.headers[name]).toBe("7");
  }
});

it.each(["X-Cff-Request-Id", "X-Cff-Invoke-Summary", "X-Cff-Response-Version", "X-Invoke-Summary"])(
  "%s alone shows that a reply is an invocation's",
  async (name) => {
    const { answer } = await answered({ name: "", headers: { [name]: "1" }, body: failure("invoke timed out") });
    expect(answer.status).toBe(504);
  },
);

it("content that is longer than what is read says nothing", async () => {
  const reply = { name: "", headers: invoked, body: failure(`invoke timed out ${"x".repeat(2000)}`) };
  await expect(upstream(asResponse(reply), { ...options, errorBodyLimit: 3000 })).rejects.toThrow(UpstreamError);
  for (const errorBodyLimit of [0, 100, 2000]) {
    const success = asResponse(reply);
    expect(await upstream(success, { ...options, errorBodyLimit })).toBe(success);
    expect(await success.json()).toEqual(reply.body);
  }
});

// errorResponse() of @fg-errors/core/hosts, and describe() of a responder, without a host.
import { createResponder, problem, type Problem } from "@fg-errors/core";
import { errorResponse, unmatched } from "@fg-errors/core/hosts";
import { describe, expect, it, vi } from "vitest";
import { assertContract, assertHead } from "../assert-contract.js";

const respond = createResponder({ onError() {} });
const request = new Request("http://shop.example/orders/17?token=s3cr3t", { headers: { "X-Request-Id": "a1b2c3" } });

async function seen(response: Response) {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("errorResponse()", () => {
  it("answers by the contract", async () => {
    const body = assertContract(await seen(errorResponse(respond, problem(409, "Already paid"), request)));
    expect(body).toMatchObject({ status: 409, detail: "Already paid", instance: "/orders/17", request_id: "a1b2c3" });
  });

  it("has no content for HEAD", async () => {
    const answer = await seen(errorResponse(respond, unmatched("HEAD"), new Request(request, { method: "HEAD" })));
    assertHead(answer);
    expect(answer.text).toBe("");
  });

  it("keeps the fields of the failed response, without those of its content, and cancels it", async () => {
    const cancel = vi.fn();
    const failed = new Response(new ReadableStream({ cancel }), {
      headers: [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["Access-Control-Allow-Origin", "*"],
        ["WWW-Authenticate", "Basic"],
        ["Content-Type", "text/html"],
        ["Content-Length", "17"],
        ["Cache-Control", "max-age=60"],
        ["ETag", '"stale"'],
      ],
    });
    const answer = await seen(errorResponse(respond, problem(401), request, failed));
    assertContract(answer);
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("www-authenticate")).toBe("Basic");
    expect(cancel).toHaveBeenCalledOnce();
  });

  it("replaces a response whose content is being read", async () => {
    const failed = new Response("s3cr3t");
    failed.body!.getReader();
    assertContract(await seen(errorResponse(respond, new Error("s3cr3t"), request, failed)));
  });

  it("reports a client that has left as such", async () => {
    const onError = vi.fn<(problem: Problem) => void>();
    const left = new Request(request, { signal: AbortSignal.abort() });
    expect(errorResponse(createResponder({ onError }), new Error("x"), left).status).toBe(408);
    expect(onError.mock.calls[0]![0]).toMatchObject({ receivedStatus: 499, routine: true });
  });

  it.each([undefined, null, {}, { method: 7, url: {}, headers: 1 }])("answers a value that is no request: %j", async (odd) => {
    assertContract(await seen(errorResponse(respond, new Error("s3cr3t"), odd as never)));
  });
});

describe("describe()", () => {
  it("gives the members of the body, whatever the format, and reports once", () => {
    const onError = vi.fn();
    const { describe: membersOf } = createResponder({ onError, format: "functiongraph", map: () => ({ detail: "mapped" }) });
    const thrown = problem(410, "Gone", { code: "SHOP.1", extensions: { left: 2, until: new Date(0) } });
    expect(membersOf(thrown, { headers: { "x-request-id": "a1b2c3" }, url: "/orders/17?s3cr3t" })).toEqual({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "mapped",
      instance: "/orders/17",
      error_code: "SHOP.1",
      error_msg: "mapped",
      request_id: "a1b2c3",
      left: 2,
      until: "1970-01-01T00:00:00.000Z",
    });
    expect(onError).toHaveBeenCalledOnce();
  });

  it("needs no facts, and never throws", () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(respond.describe(new Error("s3cr3t"))).toMatchObject({ status: 500, instance: "/" });
    for (const odd of [null, 7, { headers: null }])
      expect(respond.describe(new Error("s3cr3t"), odd as never)).toMatchObject({ status: 500 });
    stderr.mockRestore();
  });
});

// relayResponse(): what only hosts that take a fetch Response can do with it. What all gateways do is tested with the others.
import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { problem, type Problem, type ResponderOptions } from "@fg-errors/core";
import { relayResponse, upstream, type FetchRequest, type Reply } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { assertContract, assertHead } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { fetchGateways, honoGateways } from "./fetch-gateways.js";
import { through } from "./upstream-gateways.js";

const incoming = new Request("https://gateway.example/orders/17?token=s3cr3t", { headers: { "X-Request-Id": "a1b2c3" } });

function collecting() {
  const problems: Problem[] = [];
  const options: ResponderOptions = { onError: (found) => void problems.push(found) };
  return { problems, options };
}

/** A reply as undici's request() gives it. */
const replyOf = (body: Readable | null, statusCode = 200, headers = {}): Reply => ({ statusCode, headers, body });

async function answerOf(reply: Reply | Promise<Reply>, options?: ResponderOptions, from: FetchRequest = incoming) {
  const response = await relayResponse(reply, from, { onError() {}, ...options });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Content that is given by hand. */
const byHand = () => new Readable({ read() {} });

describe.each(fetchGateways)("$name", (gateway) => {
  const answering = (listener: RequestListener, line = "GET /orders/17?token=s3cr3t", options?: ResponderOptions) =>
    through(gateway, listener, async (port) => parseAnswer(await exchange(port, request(line))), options);

  it.each(["GET", "HEAD"])("answers an error reply by the contract, with the fields that survive it, to %s", async (method) => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(410, {
        "Set-Cookie": ["a=1", "b=2"],
        Vary: "Origin",
        ETag: '"1"',
        Server: "s3cr3t",
        "Retry-After": "5",
      });
      response.end("<p>s3cr3t</p>");
    };
    const answer = await answering(listener, `${method} /orders/17`);
    if (method === "GET") expect(assertContract(answer)).toMatchObject({ status: 404, instance: "/orders/17" });
    else assertHead(answer);
    expect([answer.status, answer.headers.getSetCookie(), answer.headers.get("vary")]).toEqual([404, ["a=1", "b=2"], "Origin"]);
    expect(answer.headers.get("server")).toBeNull();
  });

  it("answers a fault of the upstream by the contract", async () => {
    const options = { onError() {}, proxyName: "edge" };
    const listener = gateway.create(await closedPort(), options);
    const answer = await withServer(listener, async (port) => parseAnswer(await exchange(port, request("GET /orders/17"))));
    expect(assertContract(answer)).toMatchObject({ status: 502, instance: "/orders/17" });
    expect(answer.headers.get("proxy-status")).toBe("edge;error=connection_refused");
  });

  it("answers for a function that failed behind a 200", async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { "X-Func-Err-Code": "4010", Vary: "Origin" }).end("s3cr3t");
    };
    const answer = await answering(listener, undefined, { hiddenFailures: true });
    expect(assertContract(answer)).toMatchObject({ status: 504, error_code: "4010" });
    expect(answer.headers.get("vary")).toBe("Origin");
  });
});

describe.each(honoGateways)("$name", (gateway) => {
  const nothing: RequestListener = (_request, response) => void response.end("the upstream was asked");

  it.each([
    ["a thrown problem()", "GET /thrown", { status: 409, detail: "The order was already paid", error_code: "ORDER.0409" }],
    ["an unmatched path", "GET /unmatched", { status: 404, instance: "/unmatched" }],
    ["an unmatched POST", "POST /unmatched", { status: 404, instance: "/unmatched" }],
  ])("answers %s by the contract", async (_what, line, body) => {
    const bytes = await through(gateway, nothing, (port) => exchange(port, request(line)));
    expect(assertContract(parseAnswer(bytes))).toMatchObject(body);
  });
});

describe("a success", () => {
  it("streams each chunk as it comes, text as UTF-8", async () => {
    const content = new Readable({ read() {}, objectMode: true });
    content.push("Grüße");
    const response = await relayResponse(replyOf(content), incoming);
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("Grüße");
    content.push(Buffer.from("second"));
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("second");
    content.push(null);
    expect(await reader.read()).toMatchObject({ done: true });
  });

  it("keeps every cookie, and leaves out fields that no server would send", async () => {
    const headers = {
      "set-cookie": ["a=1", "b=2"],
      connection: "x-hop",
      "x-hop": "1",
      "x-city": "M\u{1F3D9}",
      "no name": "1",
      "x-good": 1,
    };
    const { headers: sent } = await answerOf(replyOf(Readable.from(["content"]), 200, headers));
    expect([...sent]).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-good", "1"],
    ]);
  });

  it.each([
    [204, "GET"],
    [304, "GET"],
    [200, "HEAD"],
  ])("of status %i has no content for %s, and ends the upstream's", async (status, method) => {
    const content = byHand();
    const from = new Request(incoming, { method });
    const response = await relayResponse(replyOf(content, status, { etag: '"1"', "content-length": "7" }), from);
    expect([response.status, response.body, response.headers.get("etag")]).toEqual([status, null, '"1"']);
    expect(content.destroyed).toBe(true);
  });

  it("is folded where that is asked for", async () => {
    expect(await answerOf(replyOf(Readable.from([]), 202), { success: "fold" })).toMatchObject({ status: 204, text: "" });
    expect(await answerOf(replyOf(Readable.from(["{}"]), 202), { success: "fold" })).toMatchObject({ status: 200, text: "{}" });
  });

  it("is that of a fetch Response, too", async () => {
    const reply = new Response("content", { headers: { ETag: '"1"' } });
    expect(await answerOf(reply)).toMatchObject({ status: 200, text: "content" });
    expect(await answerOf(Promise.resolve(new Response(null, { status: 204 })))).toMatchObject({ status: 204, text: "" });
  });
});

describe("content that breaks", () => {
  it.each([
    ["an error", (content: Readable) => content.destroy(Object.assign(new Error("s3cr3t"), { code: "ECONNRESET" }))],
    ["a close", (content: Readable) => content.destroy()],
  ])("by %s before it has begun is answered", async (_how, end) => {
    const { problems, options } = collecting();
    const content = byHand();
    const response = relayResponse(replyOf(content, 200, { vary: "Origin" }), incoming, options);
    setImmediate(end, content);
    const { status, headers } = await response;
    expect(assertContract({ status, headers, text: await (await response).text() })).toMatchObject({ status: 502 });
    expect(problems).toMatchObject([{ status: 502, upstreamStatus: 200, proxyError: "http_response_incomplete" }]);
  });

  it.each([
    ["an error", (content: Readable) => content.destroy(Object.assign(new Error("s3cr3t"), { code: "ECONNRESET" }))],
    ["a close", (content: Readable) => content.destroy()],
  ])("by %s after that errors the stream, and is reported once", async (_how, end) => {
    const { problems, options } = collecting();
    const content = byHand();
    content.push("first");
    const response = await relayResponse(replyOf(content), incoming, options);
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("first");
    const next = reader.read();
    end(content);
    await expect(next).rejects.toThrow("The upstream answered 200 (http_response_incomplete)");
    await expect(reader.closed).rejects.toThrow("The upstream answered 200");
    expect(problems).toMatchObject([{ status: 502, upstreamStatus: 200, proxyError: "http_response_incomplete" }]);
  });

  it("while nobody reads errors the stream, too", async () => {
    const content = byHand();
    content.push("first");
    const response = await relayResponse(replyOf(content), incoming, { onError() {} });
    content.destroy(new Error("s3cr3t"));
    await new Promise(setImmediate);
    await expect(response.text()).rejects.toThrow();
  });

  it("was read already: a bug of this gateway", async () => {
    const content = Readable.from(["first", "second"]);
    await content[Symbol.asyncIterator]().next();
    content.destroy();
    expect(assertContract(await answerOf(replyOf(content)))).toMatchObject({ status: 500 });
    const fetched = new Response("content");
    await fetched.text();
    expect(assertContract(await answerOf(fetched))).toMatchObject({ status: 500 });
  });
});

describe("a client that leaves", () => {
  it("by cancelling the stream ends the upstream's content, which is no failure", async () => {
    const { problems, options } = collecting();
    const content = byHand();
    content.push("first");
    const response = await relayResponse(replyOf(content), incoming, options);
    const reader = response.body!.getReader();
    await reader.read();
    const next = reader.read();
    await reader.cancel();
    expect(await next).toMatchObject({ done: true });
    await eventually(() => expect(content.closed).toBe(true));
    expect(problems).toEqual([]);
  });

  it("by its signal does so before the content has begun, and after", async () => {
    for (const chunk of [undefined, "first"]) {
      const { problems, options } = collecting();
      const controller = new AbortController();
      const content = byHand();
      if (chunk) content.push(chunk);
      const relayed = relayResponse(replyOf(content), new Request(incoming, { signal: controller.signal }), options);
      if (chunk) await relayed;
      else await new Promise(setImmediate);
      controller.abort();
      const response = await relayed;
      expect(content.destroyed).toBe(true);
      if (chunk) await expect(response.text()).rejects.toThrow();
      expect(problems.filter(({ status }) => status >= 500)).toEqual([]);
    }
  });

  it("before there is a reply has it discarded", async () => {
    const { problems, options } = collecting();
    const content = byHand();
    await relayResponse(replyOf(content), new Request(incoming, { signal: AbortSignal.abort() }), options);
    expect(content.destroyed).toBe(true);
    expect(problems).toMatchObject([{ status: 408 }]);
  });

  it.each(fetchGateways)("of a server ends the upstream's response: $name", async (gateway) => {
    let response: ServerResponse | undefined;
    const listener: RequestListener = (_request, theirs) => void (response = theirs).write("first");
    await through(gateway, listener, async (port) => {
      const controller = new AbortController();
      const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal });
      await answer.body!.getReader().read();
      controller.abort();
      if (!response!.closed) await once(response!, "close");
    });
  });
});

it.each([null, {}, { method: 1, url: 2, headers: 3, signal: 4 }])("answers what only looks like a request: %j", async (from) => {
  expect(await answerOf(replyOf(Readable.from(["content"])), {}, from as never)).toMatchObject({ status: 200, text: "content" });
  expect(assertContract(await answerOf(Promise.reject(problem(403)), {}, from as never))).toMatchObject({
    status: 403,
    instance: "/",
  });
});

it.each([
  [{ service: "shop" }, 'option "service" takes'],
  [{ none: 1 }, 'there is no option "none"'],
  [null, "options must be an object"],
])("refuses the options %j", async (options, complaint) => {
  const refused = relayResponse(replyOf(null), incoming, options as never);
  await expect(refused).rejects.toThrow(`relayResponse: ${complaint}`);
});

describe("an error reply whose body is left alone", () => {
  const body = '{"error":"invalid_grant"}';
  const left = (more: object = {}) => ({ leaveBody: ["/orders/*", "application/scim+json"], ...more });

  it.each([
    ["by its path", "application/json", "https://gateway.example/orders/17?token=s3cr3t"],
    ["by its media type", "application/scim+json", "https://gateway.example/users"],
  ])("streams %s, under the contract's head", async (_how, type, url) => {
    const { problems, options } = collecting();
    const headers = { "content-type": type, server: "s3cr3t", etag: '"1"', "retry-after": "5" };
    const answer = await answerOf(replyOf(Readable.from([Buffer.from(body)]), 410, headers), left(options), new Request(url));
    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([404, body, type]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect([answer.headers.get("server"), answer.headers.get("etag"), answer.headers.get("retry-after")]).toEqual([
      null,
      null,
      "5",
    ]);
    expect(problems.map(({ status, upstreamStatus }) => [status, upstreamStatus])).toEqual([[404, 410]]);
  });

  it("is answered by the contract where it breaks before it has begun", async () => {
    const { problems, options } = collecting();
    const broken = new Readable({ read() { this.destroy(Object.assign(new Error("s3cr3t"), { code: "ECONNRESET" })); } }); // prettier-ignore
    const answer = await answerOf(replyOf(broken, 410), left(options));
    expect([answer.status, problems.length]).toEqual([502, 1]);
    expect(answer.text).toContain("error_code");
  });

  it("is nobody's who asks upstream()", async () => {
    await expect(
      upstream(replyOf(Readable.from([body]), 410, { "content-type": "application/scim+json" }), left()),
    ).rejects.toThrow("410");
  });
});

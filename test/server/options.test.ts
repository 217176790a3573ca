// What guardServer() takes and gives, and what of a request that was never understood gets into its answer.
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { rfc9110 } from "@fg-errors/core";
import { guardServer, type GuardOptions } from "@fg-errors/core/server";
import express from "express";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { parseAnswer, request } from "../wire.js";
import { answers, send, visit } from "./guarded.js";

/** The answer of a guarded server that nothing else is known of. */
async function got(bytes: string, options?: GuardOptions, ...chunks: string[]) {
  const text = await visit(guardServer(createServer(), options), false, (open) => send(open(), bytes, ...chunks));
  return parseAnswer(text);
}

const garbage = "GET / HTTP/1.1\r\ns3cr3t\r\n\r\n";

describe("options", () => {
  it.each<{ options: GuardOptions; body: object; headers?: Record<string, string> }>([
    { options: { format: "functiongraph", service: "SHOP" }, body: { error_code: "SHOP.0400" } },
    { options: { format: () => ({ contentType: "text/plain", body: '{"a":1}' }) }, body: { a: 1 } },
    { options: { map: () => ({ status: 403, detail: "no" }) }, body: { status: 403, detail: "no" } },
    { options: { requestId: () => "mine" }, body: { request_id: "mine" }, headers: { "x-request-id": "mine" } },
    { options: { proxyName: "edge" }, body: { status: 400 }, headers: { "proxy-status": "edge" } },
  ])("$options", async ({ options, body, headers = {} }) => {
    const answer = await got(garbage, options);
    expect(JSON.parse(answer.text)).toMatchObject(body);
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toContain(value);
    expect(answer.text).not.toContain("s3cr3t");
  });

  it("an extended contract lets the statuses leave that Node means", async () => {
    const large = request("GET /", { a: "a".repeat(17_000) });
    const found = await got(large, { contract: rfc9110 });
    expect(assertContract(found, rfc9110)).toMatchObject({ status: 431 });
  });

  it("onError gets the parser's error, and what is known of the request", async () => {
    const onError = vi.fn<NonNullable<GuardOptions["onError"]>>();
    await got(garbage.replace("/", "/a?s3cr3t"), { onError });
    const [[problem, context] = []] = onError.mock.calls;
    expect(problem?.cause).toMatchObject({ code: "HPE_INVALID_HEADER_TOKEN" });
    expect(context).toMatchObject({ method: "GET", instance: "/a", responseStarted: false });
  });

  it.each([
    [{ service: "lower" }, 'guardServer: option "service" takes'],
    [{ maxInFlight: 0 }, 'guardServer: option "maxInFlight" takes requests, an integer from 1'],
    [{ maxInFlight: 1.5 }, 'guardServer: option "maxInFlight" takes'],
    [{ maxEventLoopDelay: "200" }, 'guardServer: option "maxEventLoopDelay" takes milliseconds, a number from 1'],
    [{ maxEventLoopDelay: Infinity }, 'guardServer: option "maxEventLoopDelay" takes'],
    [{ maxInflight: 1 }, 'guardServer: there is no option "maxInflight"; the options are contract, '],
    [{ maxInflight: 1 }, "onError, maxInFlight, maxEventLoopDelay"],
    [null, "guardServer: options must be an object"],
  ])("%o is refused", (options, message) => {
    const server = createServer();
    expect(() => guardServer(server, options as never)).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining(message) }),
    );
    expect(guardServer(server)).toBe(server); // nothing was done to it
  });

  it.each([undefined, {}, new EventEmitter(), express(), createTcpServer(), () => {}])("%o is no server", (server) => {
    expect(() => guardServer(server as never)).toThrow("guardServer: takes a server of node:http");
  });

  it("takes a server once", () => {
    expect(() => guardServer(guardServer(createServer()))).toThrow("guardServer: the server is guarded already");
  });
});

describe("of a request that was not understood", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const large = `a: ${"a".repeat(17_000)}\r\n\r\n`;
  it.each([
    { name: "its id", head: "X-Request-Id: abc\r\n", body: { request_id: "abc", instance: "/orders/17" } },
    { name: "FunctionGraph's id", head: "x-cff-request-id:abc \r\n", body: { request_id: "abc" } },
    { name: "its trace", head: `traceparent: 00-${trace}-b7ad6b7169203331-01\r\n`, body: { request_id: trace } },
    { name: "what it accepts", head: "Accept: application/json\r\n", body: {}, type: "application/json" },
  ])("$name is answered", async ({ head, body, type = "application/problem+json" }) => {
    const answer = await got(`POST /orders/17?s3cr3t HTTP/1.1\r\nHost: a\r\n${head}${large}`);
    expect(assertContract(answer)).toMatchObject(body);
    expect(answer.headers.get("content-type")).toBe(type);
  });

  it.each([
    ["an id that is none", `GET / HTTP/1.1\r\nX-Request-Id: s3cr3t\x7f\r\n${large}`],
    ["a line that is no request's", `s3cr3t / HTTP/1.1\r\nX-Request-Id: s3cr3t\r\n${large}`],
    ["a target with a control character", `GET /s3cr3t\x01 HTTP/1.1\r\n\r\n`],
    ["nothing", ""],
  ])("not %s", async (_, bytes) => {
    const server = guardServer(createServer({ headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 25 }));
    const answer = parseAnswer(await visit(server, false, (open) => send(open(), bytes)));
    expect(assertContract(answer)).toMatchObject({ request_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it("what another request has said is not taken for its own", async () => {
    const server = guardServer(createServer((_request, response) => response.end()));
    const first = request("GET /s3cr3t", { Connection: "keep-alive", "X-Request-Id": "s3cr3t" });
    const [, second] = answers(await visit(server, false, (open) => send(open(), `${first}garbage\r\n\r\n`)));
    expect(assertContract(second!)).toMatchObject({ instance: "/" });
  });

  it("HEAD gets no content", async () => {
    const { status, text } = await got(`HEAD / HTTP/1.1\r\n${large}`);
    expect([status, text]).toEqual([400, ""]);
  });
});

describe("all other events", () => {
  it("are the listeners', and so are their errors", () => {
    const server = guardServer(createServer());
    const listener = vi.fn(() => {
      throw new Error("mine");
    });
    server.on("listening", listener).on("request", listener);
    expect(() => server.emit("listening", 1, 2)).toThrow("mine");
    expect(listener.mock.calls).toEqual([[1, 2]]);
    const message = { url: "/", rawHeaders: ["Host", "a"], httpVersion: "1.1", headers: {}, socket: {} } as IncomingMessage;
    expect(() => server.emit("request", message, new EventEmitter() as ServerResponse)).toThrow("mine");
    expect(server.emit("nothing")).toBe(false);
  });

  it("have any name", () => {
    expect(guardServer(createServer()).emit("constructor")).toBe(false);
  });
});

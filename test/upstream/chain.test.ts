// Gateways in a row: what the first one says, the last one says too.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extendContract, functionGraph, problem, type ResponderOptions } from "@fg-errors/core";
import { errorFinding } from "../../packages/core/src/reply/reply-finding.js";
import { headOf } from "../../packages/core/src/reply/reply.js";
import { fgErrors as expressErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors, relay } from "@fg-errors/koa";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway in front of that port. */
type Hop = (upstream: number, options: ResponderOptions) => Listener;

const proxying: Hop = (upstream, options) => {
  const target = `http://127.0.0.1:${upstream}`;
  return express()
    .use(createProxyMiddleware({ target, ...fgProxy(options) }))
    .use(expressErrors(options)) as Listener;
};

/** Under another path, so that `instance` shows whose it is. */
const relaying: Hop = (upstream, options) => {
  const app = new Koa();
  app.on("error", () => {});
  app.use(koaErrors(options));
  app.use(async (ctx) => {
    const id = ctx.get("X-Request-Id");
    const headers = { accept: ctx.get("Accept") || "*/*", ...(id && { "x-request-id": id }) };
    return relay(ctx, await fetch(`http://127.0.0.1:${upstream}/inner${ctx.url}`, { headers }));
  });
  return app.callback() as Listener;
};

const chains: readonly (readonly [name: string, hops: readonly Hop[]])[] = [
  ["fgProxy()", [proxying]],
  ["relay()", [relaying]],
  ["fgProxy() after relay()", [relaying, proxying]],
  ["relay() after fgProxy()", [proxying, relaying]],
];

/** What each of the gateways answers to one request, the innermost first. */
async function ask(origin: Listener, hops: readonly Hop[], options: ResponderOptions, headers = {}): Promise<readonly Answer[]> {
  const bodies: string[] = [];
  const noted = (listener: Listener) =>
    createServer((request, response) => {
      const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
      response.end = (...args: unknown[]) => {
        if (typeof args[0] === "string") bodies.push(args[0]); // http-proxy ends without a body, in vain
        return end(...args);
      };
      listener(request, response);
    });
  const visit = (port: number, [hop, ...rest]: readonly Hop[]): Promise<string> =>
    hop
      ? withServer(noted(hop(port, options)), (next) => visit(next, rest))
      : exchange(port, request("GET /orders/17?token=s3cr3t", headers));
  const answer = parseAnswer(await withServer(noted(origin), (port) => visit(port, hops)));
  return [...bodies.slice(0, -1).map((text) => ({ ...answer, text })), answer];
}

const withThrottling = extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } });

const thrown: Readonly<Record<string, unknown>> = {
  "a plain one": problem(404, "No such order", { code: "ORDER.0404" }),
  "one with all there is": problem(409, "The order was already paid", {
    errors: [
      { pointer: "#/items/0/pri%20ce", detail: "Not a price." },
      { parameter: "filter[a.b]", detail: "Not known." },
      { header: "If-Match", detail: "Too <old>." },
      { detail: "Too much." },
    ],
    extensions: { balance: 30.5, "trace-id": "a", nested: { list: [1, null, "<b>"], empty: {} }, 10: true },
    headers: { "Retry-After": 5, "X-Order": "17" },
  }),
  "odd texts": problem(400, `Use <b>bold</b>\u0000, €, \u{1f600}, \ud800 and \u2028 ${"long ".repeat(400)}`),
  "a code that is a status": problem(404, "No such order", { code: "404" }),
  "a challenge": problem(401, "Log in first", { headers: { "WWW-Authenticate": 'Basic realm="orders", Bearer' } }),
  methods: problem(405, "Read only", { headers: { Allow: "GET, HEAD" } }),
  "a 5xx with words": problem(503, "Back at five", { headers: { "Retry-After": "Fri, 01 Jan 2027 17:00:00 GMT" } }),
  "a 5xx without": new Error("s3cr3t"),
  "a status that was folded": problem(422, "Not a valid order"),
  "a server error that was folded": problem(507, "The disk is full"),
};

describe.each(chains)("%s", (_name, hops) => {
  describe.each([{}, { "x-request-id": "client-1" }, { accept: "application/json" }])("%o", (headers) => {
    it.each(Object.entries(thrown))("keeps %s as it is", async (_what, error) => {
      const options = { onError() {} };
      const answers = await ask(throwing(error, options), hops, options, headers);
      for (const { text } of answers) expect(text).toBe(answers[0]!.text);
      const answer = answers.at(-1)!;
      assertContract(answer);
      const fields = (error as { headers?: Record<string, string | number> }).headers ?? {};
      for (const [name, value] of Object.entries(fields)) expect(answer.headers.get(name)).toBe(String(value));
      expect(answer.text).not.toContain("s3cr3t");
    });
  });

  it.each([
    ["a type and a title of one's own", { type: "https://errors.example/paid", title: "Paid", detail: "Paid twice." }],
    ["extensions", { extensions: { balance: 30 } }],
    ["a title of one's own", { title: "Nicht gefunden" }],
  ])("keeps %s as it is", async (_what, change) => {
    const answers = await ask(throwing(problem(404), { map: () => change }), hops, {});
    expect(JSON.parse(answers[0]!.text)).toMatchObject("extensions" in change ? { balance: 30 } : change);
    for (const { text } of answers) expect(text).toBe(answers[0]!.text);
  });

  it("keeps no relative type, which means nothing here, nor the title that belongs to it", async () => {
    const [first, ...others] = await ask(
      throwing(problem(404), { map: () => ({ type: "/errors/paid", title: "Paid" }) }),
      hops,
      {},
    );
    expect(JSON.parse(first!.text)).toMatchObject({ type: "/errors/paid", title: "Paid" });
    for (const { text } of others) expect(JSON.parse(text)).toMatchObject({ type: "about:blank", title: "Not Found" });
  });

  it.each([409, 503])("keeps FunctionGraph's format, of a %i", async (status) => {
    const options: ResponderOptions = { format: "functiongraph", onError() {} };
    const [first, ...others] = await ask(throwing(problem(status, "Paid", { code: "ORDER.0409" }), options), hops, options);
    expect(JSON.parse(first!.text)).toMatchObject({ error_code: "ORDER.0409", error_msg: "Paid" });
    for (const { text } of others) expect(text).toBe(first!.text);
  });

  it("keeps the words of one format in the other", async () => {
    const answers = await ask(throwing(problem(409, "Paid", { code: "ORDER.0409" }), { format: "functiongraph" }), hops, {});
    expect(assertContract(answers.at(-1)!)).toMatchObject({
      ...(JSON.parse(answers[0]!.text) as object),
      instance: expect.any(String),
    });
  });

  it("believes the status of the reply, not that of its body", async () => {
    const lying = ourBody({ status: 200 });
    const [, ...answers] = await ask(replying(404, lying), hops, {});
    for (const { text } of answers)
      expect(JSON.parse(text)).toEqual({ ...lying, status: 404, request_id: expect.any(String) as string });
  });

  it("folds what is not in its own contract, and says the rest", async () => {
    const error = problem(429, "Ten a minute", { code: "ORDER.0429", headers: { "Retry-After": 5 } });
    const answers = await ask(throwing(error, { contract: withThrottling }), hops, { onError() {} });
    const answer = answers.at(-1)!;
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(assertContract(answer)).toMatchObject({ status: 503, detail: "Ten a minute", error_code: "ORDER.0429" });
  });

  it.each([
    ["no code", { error_code: "a b" }],
    ["no id", { request_id: "<s3cr3t>" }],
    ["two messages", { error_msg: "Another" }],
    ["an id that is no text", { request_id: 17 }],
    ["a status that is a text", { status: "503" }],
    ["an address for an instance", { instance: "/a b" }],
  ])("takes no 5xx for its own that has %s", async (_what, change) => {
    const [, ...answers] = await ask(replying(503, ourBody({ detail: "s3cr3t", error_msg: "s3cr3t", ...change })), hops, {
      onError() {},
    });
    for (const answer of answers) expect(answer.text).not.toContain("s3cr3t");
    assertContract(answers.at(-1)!);
  });
});

/** An application that fails. */
function throwing(error: unknown, options: ResponderOptions): Listener {
  return express()
    .disable("x-powered-by")
    .use(() => {
      throw error;
    })
    .use(expressErrors(options)) as Listener;
}

function replying(status: number, body: object): Listener {
  return (_request, response) =>
    void response.writeHead(status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(body));
}

function ourBody(change: object) {
  const texts = {
    detail: "Sold out",
    instance: "/orders",
    error_code: "ORDER.0404",
    error_msg: "Sold out",
    request_id: "inner-1",
  };
  return { type: "about:blank", title: "Not Found", status: 404, ...texts, ...change };
}

describe("FunctionGraph's format", () => {
  const body = { error_code: "FSS.0404", error_msg: "No such function", request_id: "inner-1" };
  const head = { "content-type": "application/json", "x-request-id": "inner-1", "cache-control": "no-store" };
  const ours = { ...head, "x-content-type-options": "nosniff" };

  const find = (content: object, headers: Record<string, string>) => {
    const reply = new Response(JSON.stringify(content), { status: 404, headers });
    return errorFinding(headOf(reply), reply, {});
  };

  it("is known by its head", async () => {
    expect(await find(body, ours)).toMatchObject({ ownContract: true, requestId: "inner-1", detail: "No such function" });
  });

  it.each<readonly [what: string, content: object, headers: Record<string, string>]>([
    ["another id", body, { ...ours, "x-request-id": "inner-2" }],
    ["content that may be guessed", body, head],
    ["content that may be stored", body, { ...ours, "cache-control": "max-age=60" }],
    ["more members", { ...body, more: 1 }, ours],
  ])("is FunctionGraph's own with %s", async (_what, content, headers) => {
    const found = await find(content, headers);
    expect(found).toMatchObject({ code: "FSS.0404", detail: "No such function" });
    expect([found.ownContract, found.requestId]).toEqual([undefined, undefined]);
  });
});

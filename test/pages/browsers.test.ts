// format: browsers(): who gets a page, and what is on it, on every host.
import { createHash } from "node:crypto";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createResponder, problem, type Facts, type Renderer, type ResponderOptions } from "@fg-errors/core";
import { errorResponse } from "@fg-errors/core/hosts";
import { browsers, htmlPolicy } from "@fg-errors/core/html";
import { zhCN } from "@fg-errors/core/texts";
import { relayResponse } from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import { fgErrors, guardServer } from "@fg-errors/express";
import { fgErrors as functionErrors } from "@fg-errors/functiongraph";
import * as functions from "@fg-errors/functiongraph/html";
import * as koa from "@fg-errors/koa";
import createExpress from "express";
import { Hono } from "hono";
import { describe, expect, it, vi } from "vitest";
import { hosts, type Act } from "../hosts.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";

const chromiumAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const options: ResponderOptions = { format: browsers("problem"), onError() {} };
const facts = (accept?: string): Facts => ({
  method: "GET",
  url: "/orders/17?token=s3cr3t",
  headers: accept === undefined ? {} : { accept },
});
const rendered = (thrown: unknown, accept: string | undefined = chromiumAccept, more: Partial<Facts> = {}, given = options) =>
  createResponder(given)(thrown, { ...facts(accept), ...more });

function expectPage({ status, headers, text }: Answer, expected: number): void {
  expect([status, headers.get("content-type"), headers.get("content-security-policy")]).toEqual([
    expected,
    "text/html; charset=utf-8",
    htmlPolicy,
  ]);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(text).toContain(`<dd><code>${expected}</code></dd>`);
  expect(text).toContain(`<code>${headers.get("x-request-id")}</code>`);
}

describe("a page is for", () => {
  it.each([
    [chromiumAccept],
    ["text/html"],
    ["TEXT/HTML;charset=utf-8"],
    ["text/html;level=1"],
    ["text/html, application/json;q=0.9"],
    ["application/json;q=0.9, text/html"],
    ["text/html, */*"],
    ["text/html, application/*"],
    ["text/html;q=0.1"],
    ["text/html;q=0.2, text/html;level=1;q=0.9, application/json;q=0.5"],
    ["text/html, application/json;q=0"],
    ["text/html, application/json;q=none"],
    ["text/plain, text/html ; q=0.5"],
  ])("a client that accepts %j", (accept) => {
    const { status, headers } = rendered(problem(404), accept);
    expect([status, headers["content-type"], headers["vary"]]).toEqual([404, "text/html; charset=utf-8", "Accept"]);
  });

  it.each([
    [undefined],
    [""],
    ["*/*"],
    ["text/*"],
    ["text/*, application/json;q=0.1"],
    ["application/json"],
    ["application/problem+json"],
    ["application/xhtml+xml"],
    ["application/json, text/html"],
    ["text/html, application/json"],
    ["text/html, application/problem+json"],
    ["text/html;q=0.5, application/json"],
    ["text/html;q=0.5, application/hal+json"],
    ["text/html;q=0.5, */*"],
    ["text/html;q=0"],
    ["text/html;q=0.000, */*;q=0.1"],
    ["text/html;q=2"],
    ["text/html;q=x"],
    ["text/htmlx"],
    ["application/text/html"],
    [";;,,q=1"],
  ])("no client that accepts %j", (accept) => {
    const { status, headers, body } = createResponder(options)(problem(404), facts(accept));
    expect([status, headers["content-type"], headers["vary"]]).toEqual([404, expect.stringMatching(/json$/), "Accept"]);
    expect(headers).not.toHaveProperty("content-security-policy");
    expect(JSON.parse(body)).toMatchObject({ status: 404 });
  });

  it("reads a long Accept in linear time", () => {
    const long = [
      "text/html;".repeat(100_000),
      ",".repeat(500_000),
      "q=;".repeat(300_000),
      `text/html;q=${"0".repeat(1_000_000)}`,
    ];
    const before = performance.now();
    for (const accept of long) rendered(problem(404), accept);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

describe("a page", () => {
  it("says what the body says", () => {
    const errors = [{ pointer: "#/sku", detail: "Not a text." }, { parameter: "page", detail: "Too large." }, { detail: "Odd." }];
    const { status, headers, body } = rendered(
      problem(409, "Only 2 are left.", {
        code: "SHOP.1001",
        type: "https://errors.example.com/stock",
        title: "Out of stock",
        errors,
      }),
    );
    expect([status, headers["content-length"]]).toEqual([409, String(Buffer.byteLength(body))]);
    for (const text of [
      '<html lang="en">',
      "<title>409 Out of stock</title>",
      "<h1>Out of stock</h1>",
      "<p>Only 2 are left.</p>",
      "<li><code>#/sku</code>: Not a text.</li>\n<li><code>page</code>: Too large.</li>\n<li>Odd.</li>",
      '<a href="https://errors.example.com/stock">',
      "<code>SHOP.1001</code>",
      "<code>/orders/17</code>",
      `<code>${headers["x-request-id"]}</code>`,
    ])
      expect(body).toContain(text);
    expect(body).not.toContain("s3cr3t");
    expect(body).not.toContain("<script");
  });

  it("has one style, which its policy names by its hash, and nothing else that a policy would have to allow", () => {
    const { body } = rendered(problem(404));
    const [, style] = /<style>([^<]*)<\/style>/.exec(body)!;
    const hash = createHash("sha256").update(style!).digest("base64");
    expect(htmlPolicy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(body.match(/<style|style=|<link|<script| on\w+=|src=/g)).toEqual(["<style"]);
  });

  it("says nothing of what is inside", () => {
    const { status, body } = rendered(new Error("s3cr3t at /srv/app"));
    expect(status).toBe(500);
    expect(body).toContain("<h1>Internal Server Error</h1>");
    expect(body).not.toMatch(/s3cr3t|srv/);
  });

  it.each<[Record<string, any>, string]>([
    [{ "retry-after": 0 }, "Try again now."],
    [{ "retry-after": 1 }, "Try again in 1 second."],
    [{ "retry-after": "119" }, "Try again in 119 seconds."],
    [{ "retry-after": 121 }, "Try again in 3 minutes."],
    [{ "retry-after": 86_400 }, "Try again in 24 hours."],
    [{ "retry-after": 172_801 }, "Try again in 3 days."],
    [{ "retry-after": "Tue, 01 Dec 2026 08:00:00 GMT" }, "Try again after December 1, 2026 at 8:00:00 AM UTC."],
  ])("says when to try again: %j", (headers, text) => {
    expect(rendered(problem(503, "x", { headers, stack: false })).body).toContain(`<p>${text}</p>`);
    expect(rendered(problem(503, "x", { stack: false }), chromiumAccept, { responseHeaders: headers }).body).toContain(
      `<p>${text}</p>`,
    );
  });

  it.each<[Record<string, any> | undefined]>([[undefined], [{ "retry-after": "<b>soon" }], [{ "retry-after": ["1", "2"] }]])(
    "says nothing of it for %j",
    (responseHeaders) => {
      const { body } = rendered(problem(503, "x", { stack: false }), chromiumAccept, { responseHeaders });
      expect(body).not.toContain("Try again");
    },
  );

  it.each(["urn:example:stock", "about:blank", "/relative", "javascript:alert(1)", "//host/a"])("links to no %s", (type) => {
    const map = () => ({ type });
    expect(rendered(problem(409), chromiumAccept, {}, { ...options, map }).body).not.toContain("<a ");
  });

  it("escapes every text", () => {
    const attack = `"'><img src=x onerror=alert(1)>&lt;script>`;
    const errors = [{ pointer: `#/${attack}`, detail: attack }];
    const thrown = problem(409, `${attack}.`, { type: "https://e.example/'a'", title: attack, errors });
    const { body } = rendered(thrown, chromiumAccept, {
      url: `/${attack}`,
      headers: { accept: chromiumAccept, "x-request-id": attack },
    });
    expect(body).not.toMatch(/<img|<script/);
    expect(body.match(/&#34;&#39;&#62;&#60;img src=x onerror=alert\(1\)&#62;&#38;lt;script&#62;/g)).toHaveLength(5);
    expect(body).toContain('href="https://e.example/&#39;a&#39;"');
  });

  it("is in the client's language, and says which words are not", () => {
    const texts = {
      "zh-CN": zhCN,
      fr: { 503: { title: "Indisponible", detail: "Pas maintenant." } },
      de: { 503: "Nicht jetzt." },
    };
    const format = browsers("problem", { words: { de: { status: "Zustand", tryIn: "Noch einmal in {time}." } } });
    const respond = createResponder({ ...options, format, texts });
    const thrown = problem(503, undefined, { headers: { "retry-after": 60 }, stack: false });
    const ask = (language: string) => respond(thrown, { headers: { accept: chromiumAccept, "accept-language": language } });
    const chinese = ask("zh-CN");
    expect(chinese.headers).toMatchObject({ "content-language": "zh-CN", vary: "Accept, Accept-Language, X-Language" });
    for (const text of ['<html lang="zh-CN">', "<h1>服务不可用</h1>", "<dt>请求 ID</dt>", "请在 60秒钟后重试。"])
      expect(chinese.body).toContain(text);
    for (const text of [
      '<html lang="en">',
      '<h1 lang="fr">Indisponible</h1>',
      "<dt>Status</dt>",
      "<p>Try again in 60 seconds.</p>",
    ])
      expect(ask("fr").body).toContain(text);
    for (const text of ['<html lang="de">', "<dt>Zustand</dt>", "<dt>Code</dt>", "<p>Noch einmal in 60 Sekunden.</p>"])
      expect(ask("de").body).toContain(text);
  });

  it.each([[{ de: { state: "x" } }], [{ de: { status: 1 } }], [{ de: "x" }], [{ zh_CN: {} }], [null], [1]])(
    "has no words such as %j",
    (words) => {
      expect(() => browsers("problem", { words: words as never })).toThrow(/^browsers: words takes /);
    },
  );

  it.each([
    [{ word: {} }, 'browsers: there is no option "word"; the options are words'],
    [null, "browsers: options must be an object"],
  ])("refuses %j", (wrong, message) => {
    expect(() => browsers("problem", wrong as never)).toThrow(new TypeError(message));
  });

  it("is not written of a problem that cannot be: the other format is", () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const respond = createResponder(options);
    const found = { type: "about:blank", status: 404, title: "t", detail: "d", code: "c", errors: [null], cause: 0 };
    const { status, body } = respond.render(found as never, facts(chromiumAccept));
    expect([status, JSON.parse(body)]).toEqual([404, expect.objectContaining({ title: "t" })]);
    stderr.mockRestore();
  });
});

describe("the other format", () => {
  it("may be FunctionGraph's, also where all else fails", () => {
    const given: ResponderOptions = { format: browsers("functiongraph"), onError() {} };
    const members = ["error_code", "error_msg", "request_id"];
    expect(Object.keys(JSON.parse(createResponder(given)(problem(404), facts()).body) as object)).toEqual(members);
    expect(Object.keys(JSON.parse(createResponder(given).plain().body) as object)).toEqual(members);
    expect(JSON.parse(createResponder(options).plain().body)).toMatchObject({ status: 500 });
    expect(rendered(problem(404), chromiumAccept, {}, given).body).toContain("<h1>Not Found</h1>");
  });

  it("is RFC 9457's by default", () => {
    expect(createResponder({ format: browsers() })(problem(404), facts()).headers["content-type"]).toBe(
      "application/problem+json",
    );
  });

  it("may be a renderer, which may send fields of its own", () => {
    const text: Renderer = ({ detail }) => ({
      contentType: "text/plain",
      body: detail,
      headers: { Vary: "Accept-Language", "X-Own": "1" },
    });
    const format = browsers(text);
    const { headers, body } = createResponder({ format })(problem(404, "No order"), facts());
    expect([body, headers["vary"], headers["x-own"]]).toEqual(["No order", "Accept-Language, Accept", "1"]);
    expect(createResponder({ format })(problem(404, "No order"), facts("text/html")).body).toContain("<p>No order</p>");
  });

  it("may be a renderer that fails", () => {
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const format = browsers(() => {
      throw new Error("x");
    });
    const { headers, body } = createResponder({ format })(problem(404), facts());
    expect([headers["vary"], JSON.parse(body)]).toEqual(["Accept", expect.objectContaining({ status: 404 })]);
    expect(stderr).toHaveBeenCalledOnce();
    stderr.mockRestore();
  });

  it.each([["html"], [null], [{}], [1]])("is not %j", (inner) => {
    expect(() => browsers(inner as never)).toThrow(
      new TypeError('browsers: takes "problem", "functiongraph" or a renderer function'),
    );
  });
});

describe("header fields of a renderer", () => {
  const withFields =
    (headers: object): Renderer =>
    () => ({ contentType: "text/plain", body: "x", headers: headers as never });

  it("replace those of the response, but for Vary and those that every error has", () => {
    const format = withFields({
      Vary: "Origin, Accept",
      "Content-Language": "de",
      "Cache-Control": "public",
      "Content-Length": "9",
      "X-Request-Id": "own",
    });
    const responseHeaders: Record<string, any> = { vary: ["Origin", "Cookie"], "content-security-policy": "default-src 'self'" };
    const thrown = problem(404, "x", { headers: { Vary: "X-Language", "Content-Language": "fr" } });
    const { headers } = createResponder({ format })(thrown, { ...facts(), responseHeaders, requestId: "a1b2c3" });
    expect(headers).toMatchObject({
      vary: "Origin, Cookie, X-Language, Accept",
      "content-language": "de",
      "cache-control": "no-store",
      "content-length": "1",
      "x-request-id": "a1b2c3",
    });
  });

  it("add nothing to an asterisk", () => {
    expect(rendered(problem(404), "text/html", { responseHeaders: { vary: "*" } }).headers["vary"]).toBe("*");
  });

  it.each([{ "a b": "1" }, { a: "1\r\nb: 2" }, { a: 1 }, { Connection: "close" }, { "Transfer-Encoding": "chunked" }])(
    "are not %j",
    (headers) => {
      const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      const { body } = createResponder({ format: withFields(headers) })(problem(404), facts());
      expect(JSON.parse(body)).toMatchObject({ status: 404 });
      expect(String(stderr.mock.calls[0]![0])).toContain("a renderer gives header fields that may be sent");
      stderr.mockRestore();
    },
  );
});

it("each adapter has it", () => {
  expect([express.browsers, koa.browsers, functions.browsers]).toEqual([browsers, browsers, browsers]);
});

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  const fail: Act = (_request, response) => {
    response.setHeader("Content-Security-Policy", "default-src 'self'"); // as helmet does
    throw problem(409, "Only 2 are left.");
  };

  it("answers browsers with a page, and others with JSON", async () => {
    await withServer(create(fail, options), async (port) => {
      const ask = async (line: string, headers = {}) => parseAnswer(await exchange(port, request(line, headers)));
      const browser = { Accept: chromiumAccept };
      const page = await ask("GET /act", browser);
      expectPage(page, 409);
      expect(page.headers.get("vary")).toBe("Origin, Accept");
      const head = await ask("HEAD /none", browser);
      const unmatched = await ask("GET /none", browser);
      expectPage(unmatched, 404);
      expect([head.status, head.text, head.headers.get("content-length")]).toEqual([
        404,
        "",
        unmatched.headers.get("content-length"),
      ]);
      expectPage(await ask("DELETE /act", browser), 405);
      const json = await ask("GET /act");
      expect([json.headers.get("vary"), json.headers.get("content-security-policy")]).toEqual([
        "Origin, Accept",
        "default-src 'self'",
      ]);
      expect(JSON.parse(json.text)).toMatchObject({ status: 409 });
    });
  });

  it("does so over HTTP/2", async () => {
    const server = createHttp2Server(createHttp2(fail, options) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/act", accept: chromiumAccept });
    const [head] = (await once(stream, "response")) as [Record<string, string>];
    const text = String((await stream.toArray()).join(""));
    expect(head).toMatchObject({ ":status": 409, vary: "Origin, Accept", "content-security-policy": htmlPolicy });
    expect(text).toContain("<p>Only 2 are left.</p>");
    session.close();
    server.close();
  });
});

describe("elsewhere", () => {
  const from = new Request("https://gateway.example/orders/17", { headers: { Accept: chromiumAccept } });
  const answerOf = async (response: Response): Promise<Answer> => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  });

  it("a fetch Response is a page", async () => {
    const app = new Hono();
    const respond = createResponder(options);
    app.onError((thrown, c) =>
      errorResponse(
        respond,
        thrown,
        c.req.raw,
        new Response("x", { headers: { Vary: "Origin", "Content-Security-Policy": "x" } }),
      ),
    );
    app.get("/orders/17", () => {
      throw problem(404, "No such order");
    });
    const answer = await answerOf(await app.fetch(from));
    expectPage(answer, 404);
    expect(answer.headers.get("vary")).toBe("Origin, Accept");
  });

  it("an upstream's error is a page, with its fields", async () => {
    const reply = () =>
      new Response('{"message":"It was deleted"}', {
        status: 410,
        headers: { "Content-Type": "application/json", "Retry-After": "5", Vary: "Cookie", "Content-Security-Policy": "x" },
      });
    const answer = await answerOf(await relayResponse(reply(), from, options));
    expectPage(answer, 404);
    expect(answer.headers.get("vary")).toBe("Cookie, Accept");
    expect(answer.text).toContain("<p>It was deleted</p>");
    expect(answer.text).toContain("<p>Try again in 5 seconds.</p>");
  });

  it("an error response that a handler wrote becomes a page", async () => {
    const app = createExpress().use(express.fgResponses(options), (_request, response) => {
      response.status(410).set("Vary", "Cookie").set("Content-Security-Policy", "x").type("html").send("<p>It was here");
    });
    await withServer(app, async (port) => {
      const answer = parseAnswer(await exchange(port, request("GET /orders/17", { Accept: chromiumAccept })));
      expectPage(answer, 404);
      expect(answer.headers.get("vary")).toBe("Cookie, Accept");
    });
  });

  it("the result of a function is a page", async () => {
    const handler = functionErrors(() => {
      throw problem(404, "No such order");
    }, options);
    const event = { httpMethod: "GET", path: "/orders/17", headers: { accept: chromiumAccept }, isBase64Encoded: false };
    const result = (await handler(event, {})) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
      isBase64Encoded: boolean;
    };
    expect(result.isBase64Encoded).toBe(false);
    expectPage({ status: result.statusCode, headers: new Headers(result.headers), text: result.body }, 404);
  });

  it("a socket is answered in the other format where no request was read, and by Accept where one was", async () => {
    const app = createExpress().use(fgErrors(options));
    await withServer(guardServer(createServer(app), options), async (port) => {
      const unread = parseAnswer(await exchange(port, "<html>\r\nAccept: text/html\r\n\r\n"));
      expect([unread.status, unread.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
      const tunnel = parseAnswer(await exchange(port, request("CONNECT a.example:443", { Accept: chromiumAccept })));
      expectPage(tunnel, 501);
    });
  });
});

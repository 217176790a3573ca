// problemPages(): the URIs of problems lead to their pages on a gateway itself.
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { problemPages } from "@fg-errors/contract/pages";
import { defineContract, functionGraph, type Contract } from "@fg-errors/core";
import { htmlPolicy } from "@fg-errors/core/html";
import { fgErrors as expressErrors } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import Router from "@koa/router";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import mount from "koa-mount";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { shop } from "../published/shop.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const options = { contract: shop as Contract, onError() {} };
const http2Express = createRequire(import.meta.url)("http2-express") as (framework: typeof express) => express.Express;

interface Pages {
  readonly name: string;
  /** Mounts the pages at "/problems". */
  readonly mounted: RequestListener;
  /** Mounts them nowhere. */
  readonly atRoot: RequestListener;
  /** With the prefix "/a/b". */
  readonly prefixed: RequestListener;
}

function expressPages(name: string, framework: typeof express): Pages {
  const build = (use: (app: express.Express) => unknown) => {
    const app = framework();
    app.use((_request, response, next) => void (response.setHeader("Vary", "Origin"), next()));
    use(app);
    return app.use(expressErrors(options)) as unknown as RequestListener;
  };
  return {
    name,
    mounted: build((app) => app.use("/problems", problemPages(shop))),
    atRoot: build((app) => app.use(problemPages(shop))),
    prefixed: build((app) => app.use(problemPages(shop, { prefix: "/a/b" }))),
  };
}

function koaPages(name: string, Framework: typeof Koa): Pages {
  const build = (...middleware: Koa.Middleware[]) => {
    const app = new Framework();
    app.use(koaErrors(options)).use((ctx, next) => (ctx.vary("Origin"), next()));
    for (const each of middleware) app.use(each);
    return app.callback() as RequestListener;
  };
  return {
    name,
    mounted: build(mount("/problems", problemPages(shop))),
    atRoot: build(problemPages(shop)),
    prefixed: build(new Router().get("/a/:rest{/*path}", problemPages(shop, { prefix: "/a/b" })).routes() as Koa.Middleware),
  };
}

const all = [
  expressPages("Express 5", express),
  expressPages("Express 4", express4),
  koaPages("Koa 3", Koa),
  koaPages("Koa 2", Koa2),
];

const ask = async (port: number, line: string, headers: Record<string, string> = {}) =>
  parseAnswer(await exchange(port, request(line, headers)));

/** The addresses that a page links to, as a browser resolves them. */
const linksOf = (text: string, address: string) =>
  [...text.matchAll(/<(?:a|link rel="alternate"[^>]*) href="([^"]+)"/g)]
    .map(([, href]) => new URL(href!, `http://a${address}`))
    .filter(({ host }) => host === "a")
    .map(({ pathname }) => pathname);

describe.each(all)("$name", ({ mounted, atRoot, prefixed }) => {
  it("serves HTML and JSON, by Accept", async () => {
    await withServer(mounted, async (port) => {
      const page = await ask(port, "GET /problems/out-of-stock");
      expect(page.status).toBe(200);
      expect(Object.fromEntries(page.headers)).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-length": String(Buffer.byteLength(page.text)),
        "content-security-policy": htmlPolicy,
        "cache-control": "public, max-age=3600",
        "x-content-type-options": "nosniff",
        vary: "Origin, Accept",
        etag: expect.stringMatching(/^"[\w-]{27}"$/),
      });
      for (const text of [
        "<h1>Out of stock</h1>",
        "SHOP.1001",
        "Only {left, number} of {sku} are left.",
        "team-stock",
        "<code>left</code>: number",
        "The warehouse has fewer",
      ])
        expect(page.text).toContain(text);
      const accepts = [
        ["application/json", "json"],
        ["application/json;q=0.9, text/html", "html"],
        ["text/html;q=0.5, application/json", "json"],
        ["*/*", "html"],
        ["application/json, text/plain, */*", "json"],
        ["image/png", "html"],
        ["application/json, text/html", "html"],
      ] as const;
      for (const [Accept, kind] of accepts)
        expect([Accept, (await ask(port, "GET /problems/out-of-stock", { Accept })).headers.get("content-type")]).toEqual([
          Accept,
          expect.stringContaining(kind),
        ]);
      const json = await ask(port, "GET /problems/out-of-stock", { Accept: "application/json" });
      expect(JSON.parse(json.text)).toMatchObject({
        key: "outOfStock",
        code: "SHOP.1001",
        type: "https://errors.example.com/shop/out-of-stock",
        status: 409,
        since: "1.0",
        members: { required: ["left", "sku"] },
      });
      expect(json.headers.get("content-security-policy")).toBeNull();
      expect(JSON.parse((await ask(port, "GET /problems/status/404/index.json")).text)).toMatchObject({
        status: 404,
        code: "SHOP.0404",
      });
    });
  });

  it("answers HEAD, and 304 where the client has the page", async () => {
    await withServer(mounted, async (port) => {
      const [page, head] = [await ask(port, "GET /problems/"), await ask(port, "HEAD /problems/")];
      const fields = (headers: Headers) => [...headers].filter(([name]) => name !== "date");
      expect([head.status, head.text, fields(head.headers)]).toEqual([200, "", fields(page.headers)]);
      const etag = page.headers.get("etag")!;
      for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
        const cached = await ask(port, "GET /problems/", { "If-None-Match": tag });
        expect([tag, cached.status, cached.text, cached.headers.get("etag"), cached.headers.get("vary")]).toEqual([
          tag,
          304,
          "",
          etag,
          "Origin, Accept",
        ]);
      }
      expect((await ask(port, "GET /problems/", { "If-None-Match": `"x", ${etag.slice(0, -1)}` })).status).toBe(200);
      expect((await ask(port, "GET /problems/", { "If-None-Match": etag, Accept: "application/json" })).status).toBe(200);
    });
  });

  it("passes on what is no page's", async () => {
    await withServer(mounted, async (port) => {
      for (const path of [
        "/problems/none",
        "/problems/out-of-stock/x",
        "/problems/out-of-stock//",
        "/problems/__proto__",
        "/problems/index",
        "/problemsx",
        "/",
        "/problems/%00",
        "/problems/Out-Of-Stock",
      ])
        expect([path, assertContract(await ask(port, `GET ${path}`), shop as Contract)]).toMatchObject([
          path,
          { status: 404, error_code: "SHOP.0404" },
        ]);
      expect((await ask(port, "POST /problems/out-of-stock")).status).toBe(404);
    });
  });

  it.each([
    "/problems",
    "/problems/",
    "/problems/out-of-stock",
    "/problems/out-of-stock/",
    "/problems/out-of-stock/index.html",
    "/problems/status/409",
    "/problems/status/409/",
    "/problems/?a=b",
    "/problems/index.html?x",
  ])("links of %s lead to pages", async (address) => {
    await withServer(mounted, async (port) => {
      const { status, text } = await ask(port, `GET ${address}`);
      const links = linksOf(text, address);
      expect([status, links.length > 1]).toEqual([200, true]);
      for (const link of new Set(links)) expect([link, (await ask(port, `GET ${link}`)).status]).toEqual([link, 200]);
    });
  });

  it("serves the URIs of the types where it is mounted at no path", async () => {
    await withServer(atRoot, async (port) => {
      for (const { type } of Object.values(shop.problems))
        expect((await ask(port, `GET ${new URL(type).pathname}`)).status).toBe(200);
      expect((await ask(port, "GET /shop")).text).toContain('href="./shop/out-of-stock"');
      expect((await ask(port, "GET http://gateway.example/shop/out-of-stock?x")).status).toBe(200);
      for (const path of ["/", "/out-of-stock", "/shopping"]) expect((await ask(port, `GET ${path}`)).status).toBe(404);
    });
  });

  it("serves them under a prefix", async () => {
    await withServer(prefixed, async (port) => {
      expect((await ask(port, "GET /a/b/out-of-stock")).status).toBe(200);
      expect((await ask(port, "GET /a/b")).text).toContain('href="./b/out-of-stock"');
      expect((await ask(port, "GET /a/c")).status).toBe(404);
    });
  });
});

it("is found behind another application that is mounted at the same path", async () => {
  const other: Koa.Middleware = (_ctx, next) => next();
  const app = new Koa().use(mount("/shop", other)).use(problemPages(shop));
  await withServer(app.callback() as RequestListener, async (port) => {
    expect((await ask(port, "GET /shop/out-of-stock")).status).toBe(200);
  });
});

it("escapes the address that a client chose, and links stay where they are", async () => {
  const app = express().use("/:tenant", problemPages(shop));
  await withServer(app, async (port) => {
    for (const step of [`a"'><img>`, "javascript:alert(1)", "$&"]) {
      const { status, text } = await ask(port, `GET /${step}`);
      expect(status).toBe(200);
      expect(text).not.toContain("<img");
      for (const link of linksOf(
        text
          .replaceAll("&#34;", "%22")
          .replaceAll("&#39;", "'")
          .replaceAll("&#62;", "%3E")
          .replaceAll("&#60;", "%3C")
          .replaceAll("&#38;", "&"),
        `/${step}`,
      ))
        expect([200, step]).toEqual([(await ask(port, `GET ${link}`)).status, step]);
    }
  });
});

it("keeps a Cache-Control of the application, and an asterisk in Vary", async () => {
  const app = express().use(
    (_request, response, next) => void (response.set({ "Cache-Control": "no-cache", Vary: "*" }), next()),
  );
  await withServer(app.use("/problems", problemPages(shop)), async (port) => {
    const { headers } = await ask(port, "GET /problems");
    expect([headers.get("cache-control"), headers.get("vary")]).toEqual(["no-cache", "*"]);
  });
});

it("works with node:http2", async () => {
  const app = http2Express(express).use("/problems", problemPages(shop));
  const server = createHttp2Server(app as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ":path": "/problems/out-of-stock" });
  const [head] = (await once(stream, "response")) as [Record<string, string>];
  expect([head[":status"], (await stream.toArray()).join("")]).toEqual([200, expect.stringContaining("<h1>Out of stock</h1>")]);
  session.close();
  server.close();
});

it("works without a framework, and for a contract without problems", async () => {
  const handle = problemPages(functionGraph);
  const listener = (incoming: IncomingMessage, response: ServerResponse) =>
    handle(incoming, response, () => void response.writeHead(404).end());
  await withServer(listener, async (port) => {
    expect((await ask(port, "GET /problems")).text).toContain("Problems of functiongraph");
    expect((await ask(port, "GET /problems/status/404")).status).toBe(200);
    expect((await ask(port, "GET /")).status).toBe(404);
  });
});

it.each([
  ["https://errors.example.com/errors#", "/errors", "/errors/out-of-stock"],
  ["urn:example:shop:", "/problems", "/problems/out-of-stock"],
  ["https://errors.example.com/", "/", "/out-of-stock"],
])("types may begin with %s", async (types, index, page) => {
  const contract = defineContract(functionGraph, {
    service: "S",
    types,
    problems: { outOfStock: { status: 409, title: "t", detail: "d" } },
  });
  await withServer(express().use(problemPages(contract)), async (port) => {
    const { status, text } = await ask(port, `GET ${index}`);
    expect([status, text.includes('<li id="out-of-stock">')]).toEqual([200, true]); // where the URI's fragment leads
    expect((await ask(port, `GET ${page}`)).status).toBe(200);
  });
});

it.each([
  [{ prefix: "problems" }, 'problemPages: option "prefix" takes a path without a slash at its end, such as "/problems"'],
  [{ prefix: "/problems/" }, 'problemPages: option "prefix" takes a path without a slash at its end, such as "/problems"'],
  [{ path: "/a" }, 'problemPages: there is no option "path"; the options are prefix'],
  [null, "problemPages: options must be an object"],
])("refuses %j", (wrong, message) => {
  expect(() => problemPages(shop, wrong as never)).toThrow(new TypeError(message));
});

it.each([[undefined], [null], [{}], [{ statuses: {} }]])("refuses the contract %j", (contract) => {
  expect(() => problemPages(contract as never)).toThrow(
    new TypeError("the pages take a contract: functionGraph, rfc9110 or what defineContract() returns"),
  );
});

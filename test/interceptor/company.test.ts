// Others who wrap the response, outside and inside of fgResponses(); applications in applications; files.
import { createRequire } from "node:module";
import type { ServerResponse } from "node:http";
import { fgErrors, problem, fgResponses } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream } from "@fg-errors/koa";
import compression from "compression";
import express, { type RequestHandler } from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import compress from "koa-compress";
import send from "send";
import serveStatic from "serve-static";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { recordProblems, type Listener } from "./interceptor-gateways.js";

const require = createRequire(import.meta.url);
const onHeaders = createRequire(require.resolve("compression"))("on-headers") as (
  response: ServerResponse,
  act: () => void,
) => void;

const words = `No such order. ${"Really not. ".repeat(200)}`;
const eager = compression({ threshold: 0 });

const stamp: RequestHandler = (_request, response, next) => {
  onHeaders(response, () => response.setHeader("X-Stamp", `${response.getHeader("X-Stamp") ?? ""}${response.statusCode}`));
  next();
};

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  const app = (outer: RequestHandler[], inner: RequestHandler[], options: object) =>
    framework()
      .use(...outer, fgResponses(options), ...inner)
      .get("/error", (_request, response) => void response.status(404).type("text").send(words))
      .get("/stream", (_request, response) => {
        response.status(404).type("text").write(words.slice(0, 20));
        setImmediate(() => response.end(words.slice(20)));
      })
      .get("/", (_request, response) => void response.type("text").send(words))
      .use(fgErrors(options)) as Listener;

  const places: Readonly<Record<string, [outer: RequestHandler[], inner: RequestHandler[]]>> = {
    "compression outside": [[eager], []],
    "compression inside": [[], [eager]],
    "on-headers outside": [[stamp], []],
    "on-headers inside": [[], [stamp]],
    "all of them on both sides": [
      [stamp, eager],
      [eager, stamp],
    ],
    "fgResponses() twice": [[fgResponses(recordProblems().options)], []],
  };
  const cases = Object.entries(places).map(([name, [outer, inner]]) => ({ name, outer, inner }));

  it.each(cases.flatMap((place) => ["/error", "/stream"].map((path) => ({ ...place, path }))))(
    "an error with $name: $path",
    async ({ outer, inner, path }) => {
      const { reported, options } = recordProblems();
      const response = await withServer(app(outer, inner, options), async (port) => {
        const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "Accept-Encoding": "gzip" } });
        return { status: reply.status, headers: reply.headers, text: await reply.text() };
      });
      expect(JSON.parse(response.text)).toMatchObject({ status: 404, detail: expect.stringContaining("No such order. Really") });
      expect(response.status).toBe(404);
      expect(reported.length).toBeLessThanOrEqual(1);
      if (outer.includes(stamp)) expect(response.headers.get("x-stamp")).toMatch(/404$/);
    },
  );

  it.each(cases)("a success with $name", async ({ outer, inner }) => {
    const { reported, options } = recordProblems();
    await withServer(app(outer, inner, options), async (port) => {
      const bytes = await exchange(port, request("GET /", { "Accept-Encoding": "gzip" }));
      const { status, headers } = parseAnswer(bytes);
      expect(status).toBe(200);
      const isPacked = [...outer, ...inner].includes(eager);
      expect(headers.get("content-encoding")).toBe(isPacked ? "gzip" : null);
      const reply = await fetch(`http://127.0.0.1:${port}/`, { headers: { "Accept-Encoding": "gzip" } });
      expect(await reply.text()).toBe(words);
    });
    expect(reported).toEqual([]);
  });

  it("passes what a nested application's fgErrors() answers, and reports it once", async () => {
    const [inner, outer] = [recordProblems(), recordProblems()];
    const nested = framework();
    nested.get("/own", () => {
      throw problem(409, "Sold out", { code: "SHOP.0409", extensions: { left: 0 } });
    });
    nested.use(fgErrors({ ...inner.options, service: "SHOP" }));
    const gateway = framework().use("/shop", fgResponses(outer.options), nested).use(fgErrors(outer.options)) as Listener;
    await withServer(gateway, async (port) => {
      const own = parseAnswer(await exchange(port, request("GET /shop/own")));
      expect(assertContract(own)).toMatchObject({ status: 409, error_code: "SHOP.0409", left: 0, instance: "/shop/own" });
      const unmatched = parseAnswer(await exchange(port, request("GET /shop/nowhere")));
      expect(assertContract(unmatched)).toMatchObject({ status: 404, error_code: "SHOP.0404" });
    });
    expect(inner.reported).toHaveLength(2);
    expect(outer.reported).toEqual([]);
  });

  it("replaces the pages of a nested application that has no fgErrors()", async () => {
    const nested = framework().get("/fails", () => {
      throw new Error("s3cr3t");
    });
    const { reported, options } = recordProblems();
    const gateway = framework()
      .use("/shop", fgResponses(options))
      .use("/shop", (incoming, response) => nested(incoming, response)) as Listener;
    await withServer(gateway, async (port) => {
      const bytes = await exchange(port, request("GET /shop/fails"));
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500, instance: "/shop/fails" });
      expect(bytes).not.toContain("s3cr3t");
      expect(parseAnswer(await exchange(port, request("GET /shop/nowhere"))).status).toBe(404);
    });
    expect(reported).toHaveLength(2);
  });

  it.each<[string, RequestHandler]>([
    ["serve-static", serveStatic(import.meta.dirname, { fallthrough: false })],
    ["send", (incoming, response) => void send(incoming, incoming.path, { root: import.meta.dirname }).pipe(response)],
  ])("serves files and ranges of them, but no page of %s", async (_name, files) => {
    const { options } = recordProblems();
    const gateway = framework().use(fgResponses(options), files).use(fgErrors(options)) as Listener;
    await withServer(gateway, async (port) => {
      const ask = async (path: string, headers = {}) => parseAnswer(await exchange(port, request(`GET ${path}`, headers)));
      const file = await ask("/company.test.ts");
      expect(file).toMatchObject({ status: 200, text: expect.stringContaining("fgResponses") });
      expect(await ask("/company.test.ts", { "If-None-Match": file.headers.get("etag")! })).toMatchObject({ status: 304 });
      expect(await ask("/company.test.ts", { Range: "bytes=0-4" })).toMatchObject({ status: 206, text: "// Ot" });
      expect(assertContract(await ask("/nowhere.ts"))).toMatchObject({ status: 404 });
      assertContract(await ask("/company.test.ts", { Range: "bytes=999999999-" }));
    });
  });
});

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  it.each(["outside", "inside"])("an error and a success with koa-compress %s", async (place) => {
    const { reported, options } = recordProblems();
    const app = new Framework().use(koaErrors(options));
    const [packing, upstream] = [compress({ threshold: 0, br: false }), koaUpstream(options)];
    for (const middleware of place === "outside" ? [packing, upstream] : [upstream, packing]) app.use(middleware);
    app.use((ctx) => {
      if (ctx.path === "/error") ctx.status = 404;
      ctx.body = words;
    });
    await withServer(app.callback() as Listener, async (port) => {
      const ask = (path: string) => exchange(port, request(`GET ${path}`, { "Accept-Encoding": "gzip" }));
      expect(assertContract(parseAnswer(await ask("/error")))).toMatchObject({ detail: expect.stringMatching(/^No such order/) });
      const bytes = await ask("/");
      expect(bytes).toMatch(/content-encoding: gzip/i);
      const reply = await fetch(`http://127.0.0.1:${port}/`, { headers: { "Accept-Encoding": "gzip" } });
      expect(await reply.text()).toBe(words);
    });
    expect(reported).toHaveLength(1);
  });
});

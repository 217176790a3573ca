// Others who wrap the response, outside and inside of fgResponses(), when it inspects a function's reply.
import { once } from "node:events";
import { createRequire } from "node:module";
import type { ServerResponse } from "node:http";
import { fgErrors, fgResponses } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream } from "@fg-errors/koa";
import compression from "compression";
import express, { type RequestHandler } from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import compress from "koa-compress";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { recordProblems, type Listener } from "../interceptor/interceptor-gateways.js";
import { scaled } from "../patience.js";
import { withServer } from "../wire.js";
import { canary } from "./proxy-replies.js";

const require = createRequire(import.meta.url);
const onHeaders = createRequire(require.resolve("compression"))("on-headers") as (
  response: ServerResponse,
  act: () => void,
) => void;

const good = { items: Array.from({ length: 100 }, (_, id) => ({ id })) };
const bad = { errorMessage: `invoke timed out after s3cr3t ${"and so on ".repeat(200)}`, errorType: "s3cr3t" };
const functions = { hiddenFailures: true };

async function visit(listener: Listener, path: string) {
  return withServer(listener, async (port) => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "Accept-Encoding": "gzip" } });
    return { status: reply.status, headers: new Headers(reply.headers), text: await reply.text() };
  });
}

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  const eager = compression({ threshold: 0 });
  const stamp: RequestHandler = (_request, response, next) => {
    onHeaders(response, () => response.setHeader("X-Stamp", response.statusCode));
    next();
  };
  const twice = fgResponses(recordProblems(functions).options);

  const places: readonly (readonly [name: string, outer: RequestHandler[], inner: RequestHandler[]])[] = [
    ["compression outside", [eager], []],
    ["compression inside", [], [eager]],
    ["on-headers outside", [stamp], []],
    ["on-headers inside", [], [stamp]],
    ["all of them on both sides", [stamp, eager], [eager, stamp]],
    ["fgResponses() twice", [twice], []],
  ];

  const app = (outer: RequestHandler[], inner: RequestHandler[], options: object) =>
    framework()
      .use(...outer, fgResponses(options), ...inner)
      .use((_request, response, next) => (response.set("X-Cff-Request-Id", "cff"), next()))
      .get("/good", (_request, response) => void response.json(good))
      .get("/bad", (_request, response) => void response.json(bad))
      .get("/pieces", (_request, response) => {
        response.type("json").write(JSON.stringify(bad).slice(0, 20));
        setImmediate(() => response.end(JSON.stringify(bad).slice(20)));
      })
      .use(fgErrors(options)) as Listener;

  it.each(places)("a success with %s", async (_name, outer, inner) => {
    const { reported, options } = recordProblems(functions);
    const inspected = await visit(app(outer, inner, options), "/good");
    const plain = await visit(app(outer, inner, {}), "/good");
    expect(JSON.parse(inspected.text)).toEqual(good);
    for (const answer of [inspected, plain]) answer.headers.delete("date");
    expect([...inspected.headers]).toEqual([...plain.headers]);
    expect(reported).toEqual([]);
  });

  it.each(places.flatMap(([name, outer, inner]) => ["/bad", "/pieces"].map((path) => ({ name, outer, inner, path }))))(
    "a failure with $name: $path",
    async ({ outer, inner, path }) => {
      const { reported, options } = recordProblems(functions);
      const { status, headers, text } = await visit(app(outer, inner, options), path);
      expect(status).toBe(504);
      expect(JSON.parse(text)).toMatchObject({ error_code: "4010", instance: path });
      expect(JSON.stringify([text, ...headers])).not.toMatch(canary);
      expect(reported.length).toBeLessThanOrEqual(1);
    },
  );
});

/** Compression keeps to its own stream those who wait for "drain". */
it.each([20_000, 60_000, 150_000])("a writer that waits inside of compression, with %i octets", async (length) => {
  const text = `{"a":"${"x".repeat(length)}"}`;
  const { reported, options } = recordProblems(functions);
  let took = 0;
  const app = express()
    .use(compression(), fgResponses(options))
    .get("/good", async (_request, response) => {
      response.type("json").set("X-Cff-Request-Id", "cff");
      const start = performance.now();
      for (const piece of text.match(/.{1,20000}/g)!) if (!response.write(piece)) await once(response, "drain");
      response.end();
      took = performance.now() - start;
    })
    .use(fgErrors(options)) as Listener;
  expect((await visit(app, "/good")).text).toBe(text);
  expect(took).toBeLessThan(scaled(900)); // we look for a second
  expect(reported).toEqual([]);
});

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  it.each(["outside", "inside"])("koa-compress %s", async (where) => {
    const { reported, options } = recordProblems(functions);
    const app = new Framework().use(koaErrors(options));
    app.on("error", () => {});
    if (where === "outside") app.use(compress({ threshold: 0 }));
    app.use(koaUpstream(options));
    if (where === "inside") app.use(compress({ threshold: 0 }));
    app.use((ctx) => {
      ctx.set("X-Cff-Request-Id", "cff");
      ctx.body = ctx.path === "/good" ? good : bad;
    });
    const success = await visit(app.callback() as Listener, "/good");
    expect([JSON.parse(success.text), success.headers.get("content-encoding")]).toEqual([good, "gzip"]);
    const failure = await visit(app.callback() as Listener, "/bad");
    expect(assertContract(failure)).toMatchObject({ status: 504, error_code: "4010" });
    expect(failure.text).not.toMatch(canary);
    expect(reported).toHaveLength(1);
  });
});

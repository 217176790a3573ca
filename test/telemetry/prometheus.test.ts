// Counting with the real prom-client.
import { createResponder, defineContract, functionGraph, normalizeError, problem } from "@fg-errors/core";
import { fgErrors, fgProxy } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import { onProblem, prometheus, type PrometheusOptions } from "@fg-errors/telemetry";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import * as client from "prom-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { shop } from "../catalogue/shop.js";
import { hosts } from "../hosts.js";
import { exchange, exchangeHead, request, withServer } from "../wire.js";

/** Lists the series of the counter. */
async function seriesOf(registry: client.Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split("\n").filter((line) => line.startsWith("fg_errors_problems_total{"));
}

const quiet = { onError() {} };
const respond = createResponder(quiet);
const fail = (thrown: unknown) => respond(thrown, { headers: {} });

afterEach(() => void vi.restoreAllMocks());

it("counts by status, type and whether the response had begun", async () => {
  const registry = new client.Registry();
  const stop = prometheus(client, { registry, contract: shop });
  const app = express()
    .get("/stock", () => {
      throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
    })
    .get("/cut", (_request, response, next) => {
      response.write("a part", () => next(new Error("the rest is missing")));
    })
    .use(fgErrors({ contract: shop, ...quiet }));
  await withServer(app, async (port) => {
    for (const path of ["/stock", "/stock", "/nothing"]) await exchange(port, request(`GET ${path}`));
    await exchange(port, request("GET /cut")).catch(() => {});
  });
  stop();
  fail(new Error("after"));
  expect(await seriesOf(registry)).toEqual([
    'fg_errors_problems_total{status="409",type="SHOP.1001",started="false"} 2',
    'fg_errors_problems_total{status="404",type="SHOP.0404",started="false"} 1',
    'fg_errors_problems_total{status="500",type="SHOP.0500",started="true"} 1',
  ]);
});

it("has few series, whatever codes an upstream sends", async () => {
  const registry = new client.Registry();
  const stop = prometheus(client, { registry });
  const requests = 100;
  await withServer(
    (_request, response) => {
      const code = `UP.${crypto.randomUUID()}`;
      const status = 400 + Math.floor(Math.random() * 200);
      response
        .writeHead(status, { "Content-Type": "application/json" })
        .end(JSON.stringify({ code, message: "No.", error_code: code }));
    },
    async (upstream) => {
      const app = express().use(createProxyMiddleware(fgProxy(quiet, { target: `http://127.0.0.1:${upstream}` })));
      await withServer(app, (port) => Promise.all(Array.from({ length: requests }, () => exchange(port, request("GET /")))));
    },
  );
  stop();
  const lines = await seriesOf(registry);
  const statuses = Object.keys(functionGraph.statuses).filter((status) => Number(status) >= 400);
  for (const line of lines)
    expect(line).toMatch(new RegExp(`status="(${statuses.join("|")})",type="(\\1|FSS\\.0\\1|http_[a-z_]+)",started="false"`));
  expect(lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(requests);
});

it("counts a status that is none as 500", async () => {
  const registry = new client.Registry();
  const stop = prometheus(client, { registry });
  for (const status of [Number.NaN, 1e9, 200])
    respond.render({ ...normalizeError(new Error("x")), status, code: "X" }, { headers: {} });
  stop();
  expect(await seriesOf(registry)).toEqual(['fg_errors_problems_total{status="500",type="500",started="false"} 3']);
});

it("on Koa, is written to stderr where no listener of 'error' gets it", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stop = prometheus(client, { registry: new client.Registry() });
  const app = new Koa().use(koaErrors()).use(() => Promise.reject(new Error("broken")));
  await withServer(app.callback() as never, (port) => exchange(port, request("GET /")));
  stop();
  expect(lines).toEqual([expect.stringMatching(/^fg-errors: 500 FSS\.0500 GET \/ /)]);
});

it("counts once in a registry, however often it is called", async () => {
  const registry = new client.Registry();
  const cart = defineContract(functionGraph, { service: "CART", types: "urn:cart:", problems: {} });
  const stops = [prometheus(client, { registry }), prometheus(client, { registry, contract: cart }), prometheus(client)];
  fail(problem(404, "x", { code: "CART.0404" }));
  const expected = ['fg_errors_problems_total{status="404",type="CART.0404",started="false"} 1'];
  expect(await seriesOf(registry)).toEqual(expected);
  expect(await seriesOf(client.register)).toEqual([expected[0]!.replace("CART.0404", "404")]);
  for (const stop of stops) stop();
  const again = prometheus(client, { registry, contract: cart });
  fail(problem(404, "x", { code: "CART.0404" }));
  again();
  expect(await seriesOf(registry)).toEqual([expected[0]!.replace(/1$/, "2")]);
});

describe.each(hosts)("$name", ({ family, create }) => {
  it("is counted by both, and still written to stderr", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    const registry = new client.Registry();
    const [stop, seen] = [prometheus(client, { registry }), [] as string[]];
    const end = onProblem(({ problem: { code }, context }) => void seen.push(`${code} ${context.instance}`));
    await withServer(
      create(() => Promise.reject(new Error("broken"))),
      (port) => exchangeHead(port, request("GET /act")),
    );
    stop();
    end();
    expect(await seriesOf(registry)).toHaveLength(1);
    expect(seen).toEqual(["FSS.0500 /act"]);
    // The Koa applications listen to 'error', and so handle it themselves.
    expect(lines.filter((line) => line.startsWith("fg-errors: 500 FSS.0500 GET /act "))).toHaveLength(family === "koa" ? 0 : 1);
  });

  it("a listener that throws or rejects costs no answer", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    const counter = {
      inc() {
        throw new Error("the counter is broken");
      },
    };
    const stop = prometheus(client, { registry: { getSingleMetric: () => counter } });
    const ends = [
      onProblem(() => Promise.reject(new Error("a rejection"))),
      onProblem(() => {
        throw new Error("a throw");
      }),
    ];
    const answer = await withServer(
      create(() => Promise.reject(problem(409, "Already paid."))),
      (port) => exchange(port, request("GET /act")),
    );
    for (const end of [stop, ...ends]) end();
    expect(answer).toMatch(/^HTTP\/1\.1 409 [^]*Already paid\./);
    expect(lines.join("")).toMatch(
      /prometheus\(\) failed[^]*a listener of onProblem\(\) failed[^]*a listener of onProblem\(\) failed/,
    );
  });
});

it("refuses wrong use", () => {
  const complaints = [undefined, { registry: {} }, { contract: 1 }, { registers: [] }].map((options, at) => {
    try {
      prometheus(at === 0 ? (undefined as never) : client, options as PrometheusOptions);
      return "none";
    } catch (error) {
      return String(error);
    }
  });
  expect(complaints).toEqual([
    "TypeError: prometheus: the client must be prom-client",
    'TypeError: prometheus: option "registry" takes a Registry of prom-client',
    'TypeError: prometheus: option "contract" takes functionGraph, what defineContract returns, or an array of contracts',
    'TypeError: prometheus: there is no option "registers"; the options are registry, contract',
  ]);
  expect(() => onProblem(undefined as never)).toThrow(new TypeError("onProblem: the listener must be a function"));
});

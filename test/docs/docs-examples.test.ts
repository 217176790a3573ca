// Every example of the READMEs, run as it stands.
import { Agent, type RequestListener } from "node:http";
import * as core from "@fg-errors/core";
import * as express from "@fg-errors/express";
import * as koa from "@fg-errors/koa";
import createExpress from "express";
import expressHttpProxy from "express-http-proxy";
import { rateLimit } from "express-rate-limit";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { closedPort, exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, read } from "./markdown.js";

const readme = read("README.md");
const visit = async (port: number, line: string, headers?: Record<string, string>) =>
  parseAnswer(await exchange(port, request(line, headers)));
const serve = (app: unknown, act: (port: number) => Promise<void>) =>
  withServer((app as { callback?: () => RequestListener }).callback?.() ?? (app as RequestListener), act);

describe.each(["README.md", "docs/upstream.md", "packages/express/README.md", "packages/koa/README.md"])("%s", (path) => {
  const text = read(path);
  const has = (example: string) => text.includes(`<!-- example: ${example} -->`);

  it.each(["express", "koa"].filter(has))("shows an application for %s that answers as it says", async (name) => {
    await serve(evaluate(block(text, `example: ${name}`), "app"), async (port) => {
      const { status, headers, text: body } = await visit(port, "GET /orders/17", { "X-Request-Id": "a1b2c3" });
      const shown = parseAnswer(block(readme, "response").replaceAll("\n", "\r\n"));
      expect(status).toBe(shown.status);
      expect(JSON.parse(body)).toEqual(JSON.parse(shown.text));
      const known = [...headers].filter(([field]) => !["date", "connection", "x-powered-by"].includes(field));
      expect(known).toEqual([...shown.headers]);
    });
  });

  it.each(
    [
      ["proxy", () => ({ app: createExpress(), ...express, options: { service: "SHOP" } })],
      ["relay", () => ({ app: new Koa(), ...koa })],
      ["upstream", () => ({ app: createExpress(), ...express })],
      ["fgResponses", () => ({ app: createExpress(), ...express, expressHttpProxy, options: { service: "SHOP" } })],
    ].filter(([name]) => has(name as string)) as [string, () => { app: unknown }][],
  )("shows a gateway, %s", async (name, scope) => {
    const upstream: RequestListener = ({ url }, response) => {
      if (url === "/orders/17?full") response.end("an order");
      else response.writeHead(410, { "Content-Type": "application/json" }).end('{"message":"This order was deleted"}');
    };
    const gatewayTo = (port: number) => {
      const given = scope();
      evaluate(block(text, `example: ${name}`), "0", {
        ...given,
        target: `http://127.0.0.1:${port}`,
        Agent,
        createProxyMiddleware,
      });
      if (given.app instanceof Koa) given.app.on("error", () => {});
      return given.app;
    };
    await withServer(upstream, async (port) => {
      await serve(gatewayTo(port), async (gateway) => {
        expect(await visit(gateway, "GET /orders/17?full")).toMatchObject({
          status: 200,
          text: expect.stringContaining("an order"),
        });
        expect(assertContract(await visit(gateway, "GET /orders/18"))).toMatchObject({
          status: 404,
          detail: "This order was deleted",
        });
      });
    });
    await serve(gatewayTo(await closedPort()), async (gateway) => {
      expect(assertContract(await visit(gateway, "GET /orders/17?full"))).toMatchObject({ status: 502 });
    });
  });
});

it("README.md shows a catalogue, and says what its problem has", async () => {
  const said = readme.split("<!-- example: catalogue -->")[1]!;
  await serve(evaluate(block(readme, "example: catalogue"), "app"), async (port) => {
    const { type, error_code, detail, left, sku } = JSON.parse((await visit(port, "POST /orders")).text) as Record<
      string,
      string
    >;
    for (const text of [`the type \`${type}\``, `the code \`${error_code}\``, `the detail "${detail}"`])
      expect(said).toContain(text);
    expect({ left, sku }).toEqual({ left: 2, sku: "A-1" });
  });
});

it("docs/errors.md shows how express-rate-limit hands over", async () => {
  const app = createExpress();
  evaluate(block(read("docs/errors.md"), "example: rate-limit"), "0", { app, rateLimit, problem: core.problem });
  app.get("/", (_request, response) => void response.end()).use(express.fgErrors());
  await serve(app, async (port) => {
    let last: Answer;
    do last = await visit(port, "GET /");
    while (last.status === 200);
    expect(assertContract(last)).toMatchObject({ status: 503, detail: "Too many requests, please try again later." });
    expect(last.headers.has("retry-after")).toBe(true);
  });
});

it("packages/core/README.md says what happens", () => {
  const [status, rendered] = evaluate(
    block(read("packages/core/README.md"), "example: core").replace(/^normalizeError.*$/m, "const folded = $&"),
    "[folded, { status, headers, body }]",
  ) as [number, { status: number; body: string }];
  expect(status).toBe(404);
  expect(JSON.parse(rendered.body)).toMatchObject({ status: 500, error_code: "SHOP.0500", instance: "/orders/17" });
});

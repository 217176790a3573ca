// The examples of the guides for Express, for Koa and for each proxy library, run as they stand.
import type { RequestListener } from "node:http";
import * as express from "@fg-errors/express";
import * as koa from "@fg-errors/koa";
import Router from "@koa/router";
import axios from "axios";
import createExpress from "express";
import createExpress4 from "express4";
import expressHttpProxy from "express-http-proxy";
import httpProxy from "http-proxy";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import koaBetterHttpProxy from "koa-better-http-proxy";
import proxies from "koa-proxies";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, codes, read, table } from "./markdown.js";

const guides = { express: read("docs/express.md"), koa: read("docs/koa.md"), proxies: read("docs/proxies.md") };

const visit = async (port: number, line: string, content?: string) =>
  parseAnswer(
    await exchange(
      port,
      content === undefined
        ? request(line)
        : `${request(line, { "Content-Type": "application/json", "Content-Length": String(content.length) })}${content}`,
    ),
  );

const serve = <R>(app: unknown, act: (port: number) => Promise<R>) =>
  withServer((app as { callback?: () => RequestListener }).callback?.() ?? (app as RequestListener), act);

/** Runs an example that mounts middleware in `app`. */
function mounted<A>(app: A, text: string, name: string, scope: object): A {
  evaluate(block(text, `example: ${name}`), "0", { app, ...scope });
  return app;
}

describe.each(["express", "koa"] as const)("docs/%s.md", (name) => {
  const text = guides[name];

  it("says what its application answers", async () => {
    const code = block(text, `example: ${name} application`).replace(/^import Router .*$/m, "");
    await serve(evaluate(code, "app", { Router }), async (port) => {
      for (const [asked, status, code, detail] of table(text, `${name} answers`)) {
        const answer = await visit(port, asked!.split(" with ")[0]!, codes(asked!)[0]);
        expect(assertContract(answer), asked).toMatchObject({ status: Number(status), error_code: code, detail });
        expect(answer.headers.has("allow")).toBe(status === "405");
      }
    });
  });
});

describe("docs/express.md", () => {
  const text = guides.express;

  it("passes rejections on with Express 4", async () => {
    const findOrder = async () => Promise.reject(express.problem(409, "Being paid"));
    await serve(mounted(createExpress4(), text, "express 4", { ...express, findOrder }), async (port) => {
      expect(assertContract(await visit(port, "GET /orders/1"))).toMatchObject({ status: 409, detail: "Being paid" });
    });
  });

  it("answers in the inner application", async () => {
    const app = createExpress();
    await serve(mounted(app, text, "express nested", { ...express, express: createExpress }), async (port) => {
      expect((await visit(port, "GET /orders/1")).status).toBe(200);
      expect(assertContract(await visit(port, "DELETE /orders/1")).status).toBe(405);
      expect(assertContract(await visit(port, "GET /other")).status).toBe(404);
    });
  });

  it("replaces a response that a handler wrote", async () => {
    await serve(mounted(createExpress(), text, "express responses", express), async (port) => {
      expect(assertContract(await visit(port, "GET /old")).status).toBe(404);
    });
  });
});

it("docs/faq.md shows two contracts in one application", async () => {
  await serve(mounted(createExpress(), read("docs/faq.md"), "contracts", express), async (port) => {
    expect((await visit(port, "GET /v1/orders")).status).toBe(429);
    expect(assertContract(await visit(port, "GET /v2/orders")).status).toBe(503);
    expect((await visit(port, "GET /v1/none")).status).toBe(404);
  });
});

describe("docs/koa.md", () => {
  const text = guides.koa;

  it.each([
    ["koa status", 403],
    ["koa responses", 404],
  ] as const)("answers: %s", async (name, status) => {
    await serve(mounted(new Koa(), text, name, koa), async (port) => {
      expect(assertContract(await visit(port, "GET /")).status).toBe(status);
    });
  });

  it("emits the event error", async () => {
    const logged: string[] = [];
    await serve(mounted(new Koa(), text, "koa event", { ...koa, logged }), async (port) => {
      expect(assertContract(await visit(port, "GET /orders")).status).toBe(500);
    });
    expect(logged).toEqual(["/orders: The database is down"]);
  });
});

describe("docs/proxies.md", () => {
  const text = guides.proxies;
  const names = [...text.matchAll(/<!-- example: (.+) -->/g)].map(([, name]) => name!);
  const options = { service: "SHOP", onError() {} };
  const libraries = { httpProxy, createProxyMiddleware, proxies, expressHttpProxy, koaBetterHttpProxy, axios };

  const upstream: RequestListener = ({ url }, response) => {
    response.setHeader("Connection", "close"); // koa-better-http-proxy passes it on
    if (url === "/orders/17?full") response.end("an order");
    else response.writeHead(410, { "Content-Type": "application/json" }).end('{"message":"This order was deleted"}');
  };

  function gatewayTo(name: string, port: number): unknown {
    const code = block(text, `example: ${name}`);
    const scope = { options, target: `http://127.0.0.1:${port}`, ...libraries };
    if (name.endsWith("alone")) return evaluate(code, "listener", { ...express, ...scope });
    const isKoa = /\bctx\b|\bproxies\(|\bkoa/.test(code);
    return mounted(isKoa ? new Koa() : createExpress(), text, name, { ...(isKoa ? koa : express), ...scope });
  }

  it.each(names)("shows a gateway: %s", async (name) => {
    await withServer(upstream, (port) =>
      serve(gatewayTo(name, port), async (gateway) => {
        expect(await visit(gateway, "GET /orders/17?full")).toMatchObject({
          status: 200,
          text: expect.stringContaining("an order"),
        });
        const answer = assertContract(await visit(gateway, "GET /orders/18"));
        expect(answer).toMatchObject({ status: 404, error_code: "SHOP.0404" });
      }),
    );
    const closed = await closedPort();
    await serve(gatewayTo(name, closed), async (gateway) => {
      expect(assertContract(await visit(gateway, "GET /orders/17")).status).toBe(502);
    });
  });
});

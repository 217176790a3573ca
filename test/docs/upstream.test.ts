// What docs/upstream.md says is what the code does.
import type { RequestListener } from "node:http";
import { createResponder, UpstreamError } from "@fg-errors/core";
import { proxyErrors } from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import * as koa from "@fg-errors/koa";
import createExpress from "express";
import expressHttpProxy from "express-http-proxy";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { credentialRules, representationRules, upstreamRules } from "../../packages/core/src/http/field-rules.js";
import { faults } from "../faults/index.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, codes, paragraph, read, table } from "./markdown.js";

const page = read("docs/upstream.md");
const rows = table(page, "faults").map(([what, type, status, ...others]) => ({ what, type: codes(type!)[0]!, status, others }));

it("every fault has its type's status, in the order of the RFC", () => {
  const types = Object.keys(proxyErrors);
  expect(rows.map(({ type, status }) => [type, Number(status)])).toEqual(
    rows
      .map(({ type }) => [type, proxyErrors[type as keyof typeof proxyErrors].status] as const)
      .toSorted(([a], [b]) => types.indexOf(a) - types.indexOf(b)),
  );
  expect(rows.map(({ others }) => others)).toEqual(
    rows.map(() => [1, 2, 3].map(() => expect.stringMatching(/^(\d{3}|cut|closed|as it came|-)$/))),
  );
});

it("every type is one of a fault, or has another use", () => {
  const named = [...rows.map(({ type }) => type), ...codes(paragraph(page, "other types"))];
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(proxyErrors).toSorted());
  expect(named.filter((type, index) => index >= rows.length && named.indexOf(type) < rows.length)).toEqual([]);
});

it("no fault is of a type that is never sent", () => {
  const sources = [
    "proxy-errors/classify-fault",
    "recognisers/http-clients/call-fault",
    "recognisers/fault-in-message",
    "recognisers/families/resilience",
  ];
  const tables = sources.map((name) => read(`packages/core/src/${name}.ts`)).join("\n");
  const [, never = ""] = paragraph(page, "other types").split("It never sends the remaining types");
  expect(codes(never).filter((type) => tables.includes(type))).toEqual([]);
  expect(codes(never)).toHaveLength(6);
});

it("every fault that is tested has a row", () => {
  const types = new Set(rows.map(({ type }) => type));
  for (const { name, type } of faults) if (type !== undefined) expect(types, name).toContain(type);
});

describe("the header fields", () => {
  const cellOf = ({ names = [], prefixes = [], suffixes = [] }: (typeof upstreamRules)[number]) => [
    ...names,
    ...prefixes.map((prefix) => `${prefix}*`),
    ...suffixes.map((suffix) => `*${suffix}`),
  ];

  it("that go are those of the rules, for their reasons", () => {
    const rules = [
      ...representationRules.map((rule) => [rule, "removed"] as const),
      ...upstreamRules.map((rule) => [rule, "kept"] as const),
    ];
    expect(table(page, "fields").map(([names, ...others]) => [codes(names!), ...others])).toEqual(
      rules.map(([rule, own]) => [cellOf(rule), rule.why, own]),
    );
  });

  it("that are credentials are those of the rules", () => {
    expect(codes(paragraph(page, "credentials"))).toEqual(credentialRules.flatMap(cellOf));
  });
});

it("the field is what it is said to be", () => {
  const before = "cdn;error=connection_refused";
  const respond = createResponder({ proxyName: "edge-1", onError() {} });
  const thrown = new UpstreamError({ status: 410, upstream: true }, undefined);
  const { headers } = respond(thrown, { headers: {}, responseHeaders: { "proxy-status": before } });
  expect(block(page, "proxy-status")).toBe(`proxy-status: ${headers["proxy-status"]}\n`);
});

describe("the contracts of others", () => {
  const cases = [
    ["oauth", "express", "/oauth/token", 400, "application/json", '{"error":"invalid_grant"}'],
    [
      "graphql",
      "express",
      "/graphql",
      422,
      "application/graphql-response+json",
      '{"errors":[{"message":"Expected <EOF>"}],"data":null}',
    ],
    [
      "scim",
      "koa",
      "/scim/Users/17",
      412,
      "application/scim+json",
      '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"]}',
    ],
  ] as const;

  it.each(cases)(
    "%s on %s: the example leaves the body alone, and no other",
    async (name, framework, path, status, type, body) => {
      const service: RequestListener = ({ url }, response) =>
        void response
          .writeHead(url === path ? status : 410, { "Content-Type": url === path ? type : "text/plain" })
          .end(url === path ? body : "This is gone");
      await withServer(service, async (port) => {
        const app = framework === "koa" ? new Koa().on("error", () => {}) : createExpress();
        const integration = framework === "koa" ? koa : express;
        const scope = { app, ...integration, target: `http://127.0.0.1:${port}`, createProxyMiddleware, expressHttpProxy };
        evaluate(block(page, `example: ${name}`), "0", scope);
        const listener = app instanceof Koa ? app.callback() : (app as RequestListener);
        await withServer(listener, async (gateway) => {
          const left = parseAnswer(await exchange(gateway, request(`GET ${path}`)));
          expect(left.status).toBe({ 422: 400, 412: 409 }[status as number] ?? status);
          expect(left.text).toContain(body);
          expect(left.headers.get("content-type")).toContain(type);
          expect(left.headers.get("cache-control")).toBe("no-store");
          const other = parseAnswer(await exchange(gateway, request("GET /graphql/orders")));
          expect(assertContract(other)).toMatchObject({ status: 404, detail: "This is gone" });
        });
      });
    },
  );
});

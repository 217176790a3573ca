// The matchers, on the responses of the clients that tests use.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { assertProblem, problemFaults, toBeProblem } from "@fg-errors/contract/testing";
import { createResponder, problem } from "@fg-errors/core";
import { fgErrors } from "@fg-errors/express";
import axios from "axios";
import express from "express";
import got from "got";
import { inject, type DispatchFunc } from "light-my-request";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shop } from "./shop.js";

function problemAt(path: string): Error | undefined {
  const details = { errors: [{ pointer: "#/sku", detail: "Sold out." }], headers: { "X-Stock": "2" } };
  if (path === "/orders") return shop.problems.outOfStock({ sku: "A-1", left: 2 }, details);
  return path === "/fine" ? undefined : problem(404);
}

const app = express();
app.use(({ path }, response, next) => {
  const thrown = problemAt(path);
  if (thrown) next(thrown);
  else response.json({});
});
app.use(fgErrors({ contract: shop }));
const respond = createResponder({ contract: shop });

/** Answers without a framework: light-my-request changes the prototypes of Express for the whole process. */
const plainHost: DispatchFunc = (request, response) => {
  const thrown = problemAt(request.url!);
  if (!thrown) return void response.end("{}");
  const rendered = respond(thrown, request);
  response.writeHead(rendered.status, rendered.headers).end(rendered.body);
};

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const clients: readonly [name: string, ask: (path: string) => Promise<unknown>][] = [
  ["fetch", (path) => fetch(url + path)],
  ["supertest", async (path) => await request(app).get(path)],
  ["light-my-request", async (path) => await inject(plainHost, { method: "GET", url: path })],
  ["axios", (path) => axios.get(url + path, { validateStatus: () => true })],
  ["axios, as a text", (path) => axios.get(url + path, { validateStatus: () => true, responseType: "text" })],
  ["got", (path) => got(url + path, { throwHttpErrors: false })],
  ["got, as JSON", (path) => got(url + path, { throwHttpErrors: false, responseType: "json" })],
];

describe.each(clients)("a response of %s", (_name, ask) => {
  it("is the problem that was expected", async () => {
    const expected = {
      status: 409,
      code: "SHOP.1001",
      type: "https://errors.example.com/shop/out-of-stock",
      title: "Out of stock",
      detail: /^Only 2/,
      errors: [{ pointer: "#/sku", detail: "Sold out." }],
      headers: { "X-Stock": "2", "content-type": /^application\// },
      members: { sku: "A-1", left: 2 },
    };
    expect(await problemFaults(await ask("/orders"), expected, shop)).toEqual([]);
    expect(await problemFaults(await ask("/nothing"), { status: 404 }, shop)).toEqual([]);
  });

  it("is not another one, and every fault is listed", async () => {
    const expected = {
      status: 404,
      code: "SHOP.1002",
      detail: /all/,
      headers: { "X-Stock": "3", "X-None": "1" },
      members: { left: 3 },
    };
    expect(await problemFaults(await ask("/orders"), expected, shop)).toEqual([
      "status is 409, not 404",
      'error_code is "SHOP.1001", not "SHOP.1002"',
      'detail is "Only 2 of A-1 are left.", not /all/',
      'x-stock is "2", not "3"',
      'x-none is missing, not "1"',
      "left is 2, not 3",
    ]);
    expect(await problemFaults(await ask("/fine"))).toContain('status 200 is no error status of the contract "functiongraph"');
  });
});

const {
  status,
  headers,
  body: text,
} = createResponder({ contract: shop, onError: () => {} })(new Error("x"), { headers: {}, url: "/a" });
const right = { status, headers, text };
const changed = (members: object) => ({
  ...right,
  text: JSON.stringify({ ...(JSON.parse(text) as object), ...members }),
  headers: { ...headers, "content-length": undefined },
});
const withField = (fields: object) => ({ ...right, headers: { ...headers, ...fields } });

describe("faults of a response", () => {
  it.each<[string, unknown, string]>([
    ["no response", { no: 1 }, "it is no response: it has no status and no headers"],
    ["nothing", undefined, "it is no response"],
    ["a page", { ...right, text: "<p>" }, 'the content is no JSON: "<p>"'],
    ["a list", { ...right, text: "[]" }, 'the content is no object: "[]"'],
    ["another status in the body", changed({ status: 404 }), "the member status is 404, not 500"],
    ["a missing member", changed({ title: undefined }), "title is missing, not a text"],
    ["another title", changed({ title: "Oops" }), 'title is "Oops", not "Internal Server Error"'],
    ["another error_msg", changed({ error_msg: "x" }), "error_msg is not the same as detail"],
    ["another id", changed({ request_id: "x" }), 'request_id is "x", and x-request-id'],
    [
      "a type that a browser runs",
      changed({ type: "javascript:alert(1)" }),
      'type is "javascript:alert(1)", not a URI that clients may open',
    ],
    ["an instance with a query", changed({ instance: "/a?b" }), 'instance is "/a?b", not a path without query'],
    ["an instance on another host", changed({ instance: "//evil.example/" }), "not a path without query"],
    ["a code with a blank", changed({ error_code: "A 1" }), 'error_code is "A 1"'],
    ["control characters, at any depth", changed({ more: [{ a: "\u001b[31m" }] }), "a text has control characters"],
    ["a wrong length", withField({ "content-length": "3" }), "content-length is 3, and the content has "],
    ["HTML", withField({ "content-type": "text/html" }), 'content-type is "text/html", not application/problem+json'],
    ["storage", withField({ "cache-control": "max-age=60" }), 'cache-control is "max-age=60", not "no-store"'],
    ["sniffing", withField({ "x-content-type-options": undefined }), 'x-content-type-options is missing, not "nosniff"'],
    ["a stale field", withField({ ETag: '"a"' }), "etag describes content that is gone, or allows its storage"],
    ["a stale language", withField({ "Content-Language": "zh-CN", Vary: "Origin" }), "content-language describes content"],
    [
      "another title in English",
      {
        ...changed({ title: "Oops" }),
        headers: { ...headers, "content-length": undefined, "content-language": "en-GB", vary: "Accept-Language" },
      },
      'title is "Oops"',
    ],
    ["a cache's own field", withField({ "CDN-Cache-Control": "max-age=60" }), "cdn-cache-control describes content"],
    [
      "a 401 without a challenge",
      { ...changed({ status: 401, title: "Unauthorized" }), status: 401 },
      "www-authenticate is missing, not what a 401 requires (RFC 9110 section 15.5.2)",
    ],
    [
      "an undocumented status",
      { ...changed({ status: 418 }), status: 418 },
      'status 418 is no error status of the contract "functiongraph"',
    ],
  ])("%s", async (_name, response, fault) => {
    const faults = await problemFaults(response);
    expect(faults.filter((each) => each.startsWith(fault) || each.includes(fault))).toHaveLength(1);
  });

  it("none is in texts in the client's language", async () => {
    const fields = {
      ...headers,
      "content-length": undefined,
      "content-language": "zh-CN",
      vary: "Origin, Accept-Language, X-Language",
    };
    expect(await problemFaults({ ...changed({ title: "服务器内部错误" }), headers: fields })).toEqual([]);
  });

  it("a response to HEAD has no content", async () => {
    expect(await problemFaults({ ...right, text: "" }, { head: true })).toEqual([]);
    expect(await problemFaults(right, { head: true })).toEqual(["a response to HEAD has content"]);
  });
});

describe("the forms", () => {
  it("assertProblem() throws an AssertionError that lists every fault", async () => {
    await assertProblem(right, { status: 500 });
    await expect(assertProblem(right, { status: 404, code: "X" })).rejects.toMatchObject({
      name: "AssertionError",
      code: "ERR_ASSERTION",
      message:
        'The response is not the problem that was expected:\n- status is 500, not 404\n- error_code is "SHOP.0500", not "X"',
    });
  });

  it("toBeProblem() is a matcher of vitest, and its negation too", async () => {
    expect.extend({ toBeProblem });
    const expectProblem = expect as unknown as (value: unknown) => {
      toBeProblem(e?: object): Promise<void>;
      not: { toBeProblem(e?: object): Promise<void> };
    };
    await expectProblem(right).toBeProblem({ status: 500 });
    await expectProblem(right).not.toBeProblem({ status: 404 });
    await expect(expectProblem(right).toBeProblem({ status: 404 })).rejects.toThrow("- status is 500, not 404");
    await expect(expectProblem(right).not.toBeProblem()).rejects.toThrow("The response is the problem that was not expected.");
  });
});

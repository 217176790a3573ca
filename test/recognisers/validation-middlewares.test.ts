import { once } from "node:events";
import { createServer, request } from "node:http";
import net, { type AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { middleware as openApi } from "express-openapi-validator";
import { body, checkExact, cookie, header, oneOf, param, query, validationResult, type ValidationChain } from "express-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalizeError, type Problem } from "@fg-errors/core";
import { patience } from "../patience.js";
import { failure, refusal } from "./outcome.js";

const secret = "s3cr3t";

const shown = (problem: Problem) => JSON.stringify({ ...problem, cause: undefined });

type Row = readonly [name: string, fail: () => unknown, errors: readonly object[]];

const sent = {
  body: { items: [{ price: secret }], "a.b": secret, custom: secret, down: "x" },
  query: { page: secret, filter: { name: secret } },
  params: { id: secret },
  cookies: { sid: secret },
  headers: { "x-count": secret },
};

const chains =
  (...checks: { run: ValidationChain["run"] }[]) =>
  async () => {
    const request = structuredClone(sent);
    for (const check of checks) await check.run(request);
    validationResult(request).throw();
  };

const expressRows: Row[] = [
  [
    "express-validator: each part of a request",
    chains(
      body("items.*.price").isInt(),
      body('["a.b"]')
        .isInt()
        .withMessage((value) => `${value} is no number`),
      body("custom").custom(() => {
        throw new Error("is taken");
      }),
      body("down").custom(() => Promise.reject(new Error(`connect ECONNREFUSED 10.0.0.1 ${secret}`))),
      body("object").exists().withMessage({ internal: secret }),
      query("page").isInt(),
      query("filter.name").isInt(),
      param("id").isInt(),
      cookie("sid").isInt(),
      header("X-Count").isInt(),
    ),
    [
      { pointer: "#/items/0/price", detail: "Invalid value" },
      { pointer: "#/a.b", detail: "Not valid." },
      { pointer: "#/custom", detail: "is taken" },
      { pointer: "#/down", detail: "Not valid." },
      { pointer: "#/object", detail: "Not valid." },
      { parameter: "page", detail: "Invalid value" },
      { parameter: "filter[name]", detail: "Invalid value" },
      { parameter: "id", detail: "Invalid value" },
      { parameter: "sid", detail: "Invalid value" },
      { header: "x-count", detail: "Invalid value" },
    ],
  ],
  [
    "express-validator: alternatives, grouped or not, and fields that are not known",
    chains(
      oneOf([body("custom").isInt(), query("page").isInt()]),
      oneOf([[body("custom").isInt(), param("id").isInt()], query("page").isInt()], { errorType: "grouped" }),
      checkExact(query("page"), { locations: ["query"] }),
    ),
    [
      { pointer: "#/custom", detail: "Invalid value" },
      { parameter: "page", detail: "Invalid value" },
      { pointer: "#/custom", detail: "Invalid value" },
      { parameter: "id", detail: "Invalid value" },
      { parameter: "page", detail: "Invalid value" },
      { parameter: "filter", detail: "Unknown field(s)" },
    ],
  ],
];

describe("express-validator", () => {
  it.each(expressRows)("%s", async (_, fail, errors) => {
    const problem = normalizeError(await failure(fail));
    expect(problem.errors).toEqual(errors);
    expect(problem).toMatchObject({ status: 400, receivedStatus: undefined, code: "FSS.0400" });
    expect(shown(problem)).not.toContain(secret);
  });
});

describe("express-openapi-validator", () => {
  const id = { name: "id", in: "path", required: true, schema: { type: "integer" } };
  const item = {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { type: "string", maxLength: 3 },
      kind: { type: "string", enum: ["a", "b"] },
      when: { type: "string", format: "code" },
    },
  };
  const ok = { 200: { description: "ok", content: { "application/json": { schema: item } } } };
  const secured = { security: [{ bearer: [] }], responses: { 200: { description: "ok" } } };
  const apiSpec = {
    openapi: "3.0.3",
    info: { title: "t", version: "1" },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths: {
      "/items": {
        post: { requestBody: { required: true, content: { "application/json": { schema: item } } }, responses: ok },
      },
      "/items/{id}": {
        get: {
          parameters: [
            id,
            { name: "limit", in: "query", schema: { type: "integer", maximum: 5 } },
            { name: "X-Count", in: "header", schema: { type: "integer" } },
          ],
          responses: ok,
        },
      },
      "/secured": { get: secured },
    },
  };
  const handlers: Record<string, () => unknown> = {
    refuses: () => false,
    forbids: () => {
      throw Object.assign(new Error(secret), { status: 403 });
    },
    expired: () => {
      throw new Error("Session timed out");
    },
    malformed: () => {
      throw new Error("Failed to parse token");
    },
    refused: () => refusal().then((error) => Promise.reject(error)),
    hungUp: () => once(request({ host: "127.0.0.1", port: (hangingUp.address() as AddressInfo).port }).end(), "response"),
    unreachable: () => fetch("http://127.0.0.1:1/").then(() => true),
  };
  const handledBy = (handler: string) => ({ headers: { authorization: "bearer x", "x-handler": handler } });
  const hangingUp = net.createServer((socket) => socket.destroy());
  const decode = () => {
    throw new Error(`cannot decode ${secret}`);
  };
  const json = (value: unknown) => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });

  let caught: unknown;
  const server = createServer(
    express()
      .use(express.json())
      .use(
        openApi({
          apiSpec: apiSpec as never,
          validateRequests: { allErrors: true },
          validateResponses: true,
          serDes: [{ format: "code", deserialize: decode, serialize: String }],
          validateSecurity: { handlers: { bearer: (request) => handlers[String(request.headers["x-handler"])]!() as boolean } },
        }),
      )
      .use((_request, response) => void response.json({ name: 17, leak: secret }))
      .use(((error, _request, response, _next) => {
        caught = error;
        response.end();
      }) satisfies ErrorRequestHandler),
  );
  beforeAll(() => Promise.all([server, hangingUp].map((each) => once(each.listen(0, "127.0.0.1"), "listening"))));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    hangingUp.close();
  });

  it.each([
    [
      "a body",
      "/items",
      json({ name: secret, kind: secret, extra: secret }),
      {
        status: 400,
        errors: [
          { pointer: "#/extra", detail: "must NOT have additional properties" },
          { pointer: "#/name", detail: "must NOT have more than 3 characters" },
          { pointer: "#/kind", detail: "must be equal to one of the allowed values: a, b" },
        ],
      },
    ],
    [
      "a missing member",
      "/items",
      json({}),
      { status: 400, errors: [{ pointer: "#/name", detail: "must have required property 'name'" }] },
    ],
    [
      "a deserialiser's own words",
      "/items",
      json({ name: "n", when: "x" }),
      { status: 400, errors: [{ pointer: "#/when", detail: "Not valid." }] },
    ],
    [
      "parameters and a header",
      `/items/${secret}?limit=9`,
      { headers: { "x-count": secret } },
      {
        status: 400,
        errors: [
          { parameter: "limit", detail: "must be <= 5" },
          { header: "x-count", detail: "must be integer" },
          { parameter: "id", detail: "must be integer" },
        ],
      },
    ],
    [
      "an unknown parameter",
      `/items/1?nope=${secret}`,
      {},
      { status: 400, errors: [{ parameter: "nope", detail: "Unknown query parameter 'nope'" }] },
    ],
    [
      "a media type",
      "/items",
      { method: "POST", headers: { "content-type": "text/s3cr3t" }, body: "x" },
      { status: 400, receivedStatus: 415 },
    ],
    ["a method", "/items/1", { method: "DELETE" }, { status: 405, headers: { allow: "GET" } }],
    ["an address", `/${secret}`, {}, { status: 404 }],
    ["no credentials", "/secured", {}, { status: 401 }],
    ["credentials that are refused", "/secured", handledBy("refuses"), { status: 401 }],
    ["a handler's own status", "/secured", handledBy("forbids"), { status: 403 }],
    ["a handler's words for an old token", "/secured", handledBy("expired"), { status: 401 }],
    ["its words for a broken one", "/secured", handledBy("malformed"), { status: 401 }],
    ["an identity provider that is down", "/secured", handledBy("unreachable"), { status: 502 }],
    ["one that refuses the connection", "/secured", handledBy("refused"), { status: 502, proxyError: "connection_refused" }],
    ["one that hangs up", "/secured", handledBy("hungUp"), { status: 502, proxyError: "connection_terminated" }],
    ["its own response", "/items/1", {}, { status: 500 }],
  ])("%s", async (_, path, init, expected) => {
    caught = undefined;
    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(patience) });
    const problem = normalizeError(caught);
    expect({ errors: undefined, ...problem }).toMatchObject({ errors: undefined, ...expected });
    expect(shown(problem)).not.toContain(secret);
  });
});

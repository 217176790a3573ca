// One contract: the same request gives the same bytes on every host, generated ids and the date aside.
import Boom from "@hapi/boom";
import { functionGraph, problem, ProblemError, rfc9110, type ResponderOptions } from "@fg-errors/core";
import createError from "http-errors";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { assertContract, replaced } from "../assert-contract.js";
import { hosts, type Act } from "../hosts.js";
import { exchange, parseAnswer, request, withoutIds, withServer } from "../wire.js";

interface Scenario {
  readonly name: string;
  readonly act?: Act;
  readonly options?: ResponderOptions;
  readonly request?: string;
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contract?: typeof functionGraph;
}

const throws = (thrown: () => unknown): Act => {
  return () => {
    throw thrown();
  };
};

const scenarios: readonly Scenario[] = [
  { name: "an unknown error", act: throws(() => new Error("password=s3cr3t")), status: 500, body: { error_code: "FSS.0500" } },
  {
    name: "a rejected promise",
    act: () => Promise.reject(createError(404, "No such order")),
    status: 404,
    body: { detail: "No such order" },
  },
  {
    name: "http-errors with headers",
    act: throws(() => createError(429, "Slow down", { headers: { "Retry-After": "7" } })),
    status: 503,
    headers: { "retry-after": "7" },
  },
  {
    name: "a 5xx with expose: true",
    act: throws(() => createError(503, "db-1 is down", { expose: true })),
    status: 503,
    body: { detail: functionGraph.statuses[503]!.description },
  },
  { name: "Boom", act: throws(() => Boom.conflict("Already paid")), status: 409, body: { detail: "Already paid" } },
  {
    name: "ProblemError with everything",
    act: throws(
      () =>
        new ProblemError(409, "The order was already paid", {
          code: "ORDER.0409",
          errors: [{ pointer: "#/items/0", detail: "is sold out" }],
          headers: { "X-Order": 17, Link: '<https://docs.example/paid>; rel="help"' },
          extensions: { order: 17, tags: ["a"] },
          cause: new Error("s3cr3t"),
        }),
    ),
    status: 409,
    body: { error_code: "ORDER.0409", errors: [{ pointer: "#/items/0", detail: "is sold out" }], order: 17, tags: ["a"] },
    headers: { "x-order": "17", link: '<https://docs.example/paid>; rel="help"' },
  },
  {
    name: "a 5xx of our own, exposed",
    act: throws(() => problem(503, "Back at noon")),
    status: 503,
    body: { detail: "Back at noon" },
  },
  {
    name: "a field list",
    act: () => z.object({ quantity: z.number() }).parse({ quantity: "s3cr3t" }),
    status: 400,
    body: { errors: [{ pointer: "#/quantity", detail: expect.any(String) }] },
  },
  {
    name: "a 401 without a challenge",
    act: throws(() => createError(401)),
    status: 401,
    headers: { "www-authenticate": "Bearer" },
  },
  {
    name: "a 407 without a challenge",
    act: throws(() => createError(407)),
    options: { challenge: 'Basic realm="x"' },
    status: 407,
    headers: { "proxy-authenticate": 'Basic realm="x"' },
  },
  {
    name: "a 405 that names no methods",
    act: throws(() => createError(405)),
    status: 405,
    headers: { allow: "HEAD, GET, POST, OPTIONS" },
  },
  { name: "no route", request: request("GET /nowhere?token=s3cr3t"), status: 404, body: { instance: "/nowhere" } },
  {
    name: "other methods at the path",
    request: request("DELETE /api/orders/17"),
    status: 405,
    headers: { allow: "HEAD, GET, POST, OPTIONS" },
  },
  { name: "an unknown method", request: request("PROPFIND /api/orders/17"), status: 501 },
  { name: "malformed JSON", request: request("POST /json", { "Content-Type": "application/json" }, '{"a":"s3cr3t'), status: 400 },
  {
    name: "content that is too large",
    request: request("POST /json", { "Content-Type": "application/json" }, `"${"x".repeat(2000)}"`),
    status: 400,
  },
  {
    name: "a given request id",
    act: throws(() => createError(404)),
    request: request("GET /act", { "X-Request-Id": "abc-1" }),
    status: 404,
    body: { request_id: "abc-1" },
  },
  {
    name: "FunctionGraph's request id",
    act: throws(() => createError(404)),
    request: request("GET /act", { "X-Cff-Request-Id": "cff-1" }),
    status: 404,
    body: { request_id: "cff-1" },
  },
  {
    name: "a trace",
    act: throws(() => createError(404)),
    request: request("GET /act", { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }),
    status: 404,
    body: { request_id: "4bf92f3577b34da6a3ce929d0e0e4736" },
  },
  {
    name: "an id that is not one",
    act: throws(() => createError(404)),
    request: request("GET /act", { "X-Request-Id": 'a"b' }),
    status: 404,
  },
  {
    name: "Accept: application/json",
    act: throws(() => createError(404)),
    request: request("GET /act", { Accept: "application/json" }),
    status: 404,
    headers: { "content-type": "application/json" },
  },
  {
    name: "Accept: text/html",
    act: throws(() => createError(404)),
    request: request("GET /act", { Accept: "text/html" }),
    status: 404,
    headers: { "content-type": "application/problem+json" },
  },
  {
    name: "CORS headers set before",
    act: throws(() => createError(403)),
    status: 403,
    headers: { "access-control-allow-origin": "https://shop.example", vary: "Origin" },
  },
  {
    name: "headers of what failed",
    act: (_request, response) => {
      for (const name of replaced) response.setHeader(name, "s3cr3t");
      response.setHeader("Strict-Transport-Security", "max-age=1");
      response.setHeader("Set-Cookie", "a=1");
      throw createError(404);
    },
    status: 404,
    headers: { "strict-transport-security": "max-age=1", "set-cookie": "a=1" },
  },
  {
    name: "another service name",
    act: throws(() => new Error("x")),
    options: { service: "SHOP" },
    status: 500,
    body: { error_code: "SHOP.0500" },
  },
  {
    name: "a contract without folding",
    act: throws(() => createError(418 + 4, "Odd")),
    options: { contract: rfc9110 },
    contract: rfc9110,
    status: 422,
    body: { title: "Unprocessable Content" },
  },
  {
    name: "a status of a map",
    act: throws(() => new Error("x")),
    options: { map: () => ({ status: 503, detail: "Later" }) },
    status: 503,
    body: { detail: "Later", title: "Service Unavailable" },
  },
];

async function answers({ act = () => {}, options = {}, request: bytes = request("GET /act") }: Scenario) {
  const quiet = { onError() {}, ...options };
  return Promise.all(hosts.map((host) => withServer(host.create(act, quiet), (port) => exchange(port, bytes))));
}

/** Express answers OPTIONS of a routed path by itself, so that it is allowed there. Koa does not. */
function comparable(bytes: string): string {
  return withoutIds(bytes).replace(/^(allow: .*), OPTIONS$/im, "$1");
}

describe("every host", () => {
  it.each(scenarios)("answers $name with the same bytes", async (scenario) => {
    const [first = "", ...others] = await answers(scenario);
    for (const other of others) expect(comparable(other)).toBe(comparable(first));

    const answer = parseAnswer(first);
    const body = assertContract(answer, scenario.contract);
    expect(answer.status).toBe(scenario.status);
    expect(body).toMatchObject(scenario.body ?? {});
    for (const [name, value] of Object.entries(scenario.headers ?? {})) expect(answer.headers.get(name), name).toBe(value);
    expect(first).not.toContain("s3cr3t");
  });

  it("answers in FunctionGraph's own format with the same bytes", async () => {
    const act = throws(() => problem(404, "No such order", { code: "ORDER.0404", extensions: { no: 1 } }));
    const [first = "", ...others] = await answers({ name: "", status: 404, act, options: { format: "functiongraph" } });
    for (const other of others) expect(withoutIds(other)).toBe(withoutIds(first));
    const { headers, text } = parseAnswer(first);
    expect(headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(text)).toEqual({
      error_code: "ORDER.0404",
      error_msg: "No such order",
      request_id: headers.get("x-request-id"),
    });
  });

  it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])("knows %s where there is no route", async (method) => {
    for (const bytes of await answers({ name: "", status: 404, request: request(`${method} /nowhere`) }))
      expect(bytes).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("answers HEAD with the header of GET and nothing else", async () => {
    const act = throws(() => createError(404));
    const [get = ""] = await answers({ name: "", status: 404, act });
    const heads = await answers({ name: "", status: 404, act, request: request("HEAD /act") });
    for (const head of heads) expect(withoutIds(head)).toBe(withoutIds(`${get.split("\r\n\r\n")[0]}\r\n\r\n`));
  });
});

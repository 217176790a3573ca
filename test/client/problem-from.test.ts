// problemFrom() with what the real HTTP clients throw, and with what only looks like it.
import type { Readable } from "node:stream";
import { problemFrom, type Problem } from "@fg-errors/client";
import { request as octokit } from "@octokit/request";
import axios from "axios";
import { Gaxios } from "gaxios";
import got from "got";
import ky from "ky";
import ky2 from "ky2";
import needle from "needle";
import nodeFetch3 from "node-fetch";
import { ofetch } from "ofetch";
import superagent from "superagent";
import { Agent, fetch as undiciFetch, interceptors, request } from "undici";
import { Agent as Agent6, request as request6 } from "undici6";
import { describe, expect, it, vi } from "vitest";
import wretch from "wretch";
import { scaled } from "../patience.js";
import { closedPort, withServer } from "../wire.js";
import { bare, createProblemGateway, stockProblem } from "./problem-gateway.js";

type Call = (url: string, headers: Record<string, string>) => Promise<unknown>;

const throwing7 = new Agent().compose(interceptors.responseError());
const agent6 = new Agent6();
const retry = { limit: 0 };

/** Calls whose errors, or responses, have the body: parsed, as text, as octets, or unread. */
const calls: Record<string, Call> = {
  axios: (url, headers) => axios.get(url, { headers }),
  "axios, text": (url, headers) => axios.get(url, { headers, responseType: "text" }),
  "axios, untransformed": (url, headers) => axios.get(url, { headers, transformResponse: [] }),
  "axios, octets": (url, headers) => axios.get(url, { headers, responseType: "arraybuffer" }),
  "axios by fetch": (url, headers) => axios.get(url, { headers, adapter: "fetch" }),
  "axios by fetch, octets": (url, headers) => axios.get(url, { headers, adapter: "fetch", responseType: "arraybuffer" }),
  "axios by fetch, blob": (url, headers) => axios.get(url, { headers, adapter: "fetch", responseType: "blob" }),
  "axios by fetch, stream": (url, headers) => axios.get(url, { headers, adapter: "fetch", responseType: "stream" }),
  got: (url, headers) => got(url, { headers, retry }),
  "got, parsed": (url, headers) => got(url, { headers, retry }).json(),
  "got, octets": (url, headers) => got(url, { headers, retry }).buffer(),
  "got, stream": (url, headers) => got.stream(url, { headers, retry }).toArray(),
  "ky 1": (url, headers) => ky.get(url, { headers, retry: 0 }),
  "ky 2": (url, headers) => ky2.get(url, { headers, retry: 0 }),
  ofetch: (url, headers) => ofetch(url, { headers, retry: 0 }),
  "ofetch, text": (url, headers) => ofetch(url, { headers, retry: 0, responseType: "text" }),
  "ofetch, octets": (url, headers) => ofetch(url, { headers, retry: 0, responseType: "arrayBuffer" }),
  "ofetch, blob": (url, headers) => ofetch(url, { headers, retry: 0, responseType: "blob" }),
  "ofetch, stream": (url, headers) => ofetch(url, { headers, retry: 0, responseType: "stream" }),
  superagent: async (url, headers) => superagent.get(url).set(headers),
  "superagent, octets": async (url, headers) => superagent.get(url).set(headers).responseType("blob"),
  "superagent, text": async (url, headers) =>
    superagent
      .get(url)
      .set(headers)
      .buffer(true)
      .parse(superagent.parse["text"] as never),
  wretch: (url, headers) => wretch(url).headers(headers).get().json(),
  "wretch, text": (url, headers) => wretch(url).headers(headers).errorType("text").get().json(),
  "wretch, parsed": (url, headers) => wretch(url).headers(headers).errorType("json").get().json(),
  gaxios: (url, headers) => new Gaxios().request({ url, headers, retry: false }),
  octokit: (baseUrl, headers) => octokit("GET /", { baseUrl, headers }),
  // These two read no other type than application/json.
  "undici 7 responseError": (url, headers) =>
    request(url, { dispatcher: throwing7, headers: { ...headers, Accept: "application/json" } }),
  "undici 6 throwOnError": (url, headers) =>
    request6(url, { dispatcher: agent6, throwOnError: true, headers: { ...headers, Accept: "application/json" } }),
  fetch: (url, headers) => fetch(url, { headers }),
  "undici 7 fetch": (url, headers) => undiciFetch(url, { headers }),
  needle: (url, headers) => needle("get", url, null, { headers }),
};

/** Calls that leave a stream of Node's to their user: it is not touched. */
const streaming: Record<string, Call> = {
  "axios, stream": (url, headers) => axios.get(url, { headers, responseType: "stream" }),
  "node-fetch 3": (url, headers) => nodeFetch3(url, { headers }),
  "undici 7": (url, headers) => request(url, { headers }),
  "undici 6": (url, headers) => request6(url, { headers, dispatcher: agent6 }),
};

const headers = { "X-Request-Id": "a1b2c3" };

/** Gives what a call throws, else its response. */
const resultOf = (call: Call, url: string) => call(url, headers).catch((error: unknown) => error);

const visit = (path: string, call: Call): Promise<Problem | undefined> =>
  withServer(createProblemGateway(), async (port) => problemFrom(await resultOf(call, `http://127.0.0.1:${port}${path}`)));

describe.each(Object.entries(calls))("%s", (_name, call) => {
  it("gives the gateway's problem", async () => {
    expect({ ...(await visit("/stock", call)), instance: "/stock" }).toStrictEqual(stockProblem);
  });

  it("gives a problem in FunctionGraph's format", async () => {
    const expected = { ...bare(403), detail: "Not yours.", code: "FSS.0403", requestId: "a1b2c3" };
    expect(await visit("/functiongraph", call)).toStrictEqual(expected);
  });

  it("gives Retry-After", async () => {
    expect(await visit("/checkout", call)).toMatchObject({ status: 503, code: "SHOP.CHECKOUT_CLOSED", retryAfter: 60_000 });
  });

  it.each([
    ["text/html", "<!doctype html><title>s3cr3t</title>"],
    ["application/json", "{"],
    ["application/json", "[1]"],
    ["application/json", ""],
  ])("gives what the head of another response says: %s, %s", async (type, body) => {
    const problem = await withServer(
      (_request, response) =>
        response.writeHead(502, { "Content-Type": type, "X-Request-Id": "a1b2c3", "Retry-After": "7" }).end(body),
      async (port) => problemFrom(await resultOf(call, `http://127.0.0.1:${port}/`)),
    );
    expect(problem).toStrictEqual({ ...bare(502), requestId: "a1b2c3", retryAfter: 7000 });
  });

  it("gives nothing for a success", async () => {
    expect(await visit("/success", call)).toBeUndefined();
  });

  it("gives nothing where nobody answered", async () => {
    expect(await problemFrom(await resultOf(call, `http://127.0.0.1:${await closedPort()}/`))).toBeUndefined();
  });
});

describe.each(Object.entries(streaming))("%s", (_name, call) => {
  it("gives what the head says, without a warning of Node's", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(await visit("/checkout", call)).toStrictEqual({ ...bare(503), requestId: "a1b2c3", retryAfter: 60_000 });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

it("a stream of Node's can still be read", async () => {
  await withServer(createProblemGateway(), async (port) => {
    const result = await resultOf(streaming["axios, stream"]!, `http://127.0.0.1:${port}/stock`);
    await problemFrom(result);
    const chunks = await (result as { response: { data: Readable } }).response.data.toArray();
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ error_code: "SHOP.1001" });
  });
});

it("a body that the client has not read is cancelled when it stalls", async () => {
  await withServer(
    (_request, response) => void response.writeHead(500).write('{"error_code":"SHOP.1001"}'),
    async (port) => {
      const result = await resultOf(calls["ky 1"]!, `http://127.0.0.1:${port}/`);
      expect(await problemFrom(result, { timeout: scaled(100) })).toStrictEqual(bare(500));
    },
  );
});

describe("values that only look like an error response", () => {
  const hostile = new Proxy({}, { get: () => { throw new Error("s3cr3t"); } }); // prettier-ignore
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();

  it("give nothing", async () => {
    for (const error of [
      undefined,
      null,
      "500",
      500,
      Symbol("500"),
      new Error("500"),
      { status: "500", headers: {} },
      { status: Number.NaN, headers: {} },
      { status: 399, headers: {} },
      Object.assign(new Error("a status, and no response"), { status: 500, statusCode: 500 }),
      { response: { status: 200 }, status: 500, headers: {} },
      { response: 500 },
      hostile,
      revoked,
      { response: revoked },
      { status: 500, headers: hostile },
    ])
      expect(await problemFrom(error)).toBeUndefined();
  });

  it("give what the head says where the body is none", async () => {
    const headers = { "x-request-id": "a1b2c3", "retry-after": ["5"] };
    for (const data of [
      [revoked],
      [hostile],
      new FormData(),
      new URLSearchParams("error_code=SHOP.1001"),
      new Map([["error_code", "SHOP.1001"]]),
      () => ({ error_code: "SHOP.1001" }),
      Symbol("x"),
      7n,
      Number.NaN,
      true,
      new Uint8Array(100_000).fill(32),
    ])
      expect(await problemFrom({ response: { statusCode: 500, headers, data } })).toStrictEqual({
        ...bare(500),
        requestId: "a1b2c3",
      });
  });

  it("give what is there, in the form that an application chose", async () => {
    const body = '{"error_code":"SHOP.1001"}';
    for (const error of [
      { response: { status: 600, body } },
      { statusCode: 600, headers: new Map(), body: Buffer.from(body) },
      { status: 600, headers: { get: "x" }, body: new Blob([body]) },
    ])
      expect(await problemFrom(error)).toStrictEqual({ ...bare(600), code: "SHOP.1001" });
  });
});

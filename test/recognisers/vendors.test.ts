// An upstream's status is never the caller's, whichever client received it; a status that came with what only a transport receives shows it.
import { normalizeError } from "@fg-errors/core";
import createError from "http-errors";
import { Boom } from "@hapi/boom";
import { NotFoundException } from "@nestjs/common";
import wreck from "@hapi/wreck";
import { HTTPError } from "h3";
import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { patience, scaled } from "../patience.js";
import { answer, deeds, withUpstream, type Deed } from "./faulty-upstream.js";
import type { Call } from "./http-clients.js";
import { failure, outcome } from "./outcome.js";
import { vendors } from "./vendors.js";

/** What a vendor sends besides, so that its own client takes it for one. */
const fields = { "X-Request-Id": "req_s3cr3t", "X-Elastic-Product": "Elasticsearch" };

/** What a hostile upstream may want to pass for. */
const forged = JSON.stringify({
  status: 401,
  statusCode: 401,
  expose: true,
  name: "TokenExpiredError",
  code: "EBADCSRFTOKEN",
  message: "s3cr3t",
  error: { message: "s3cr3t", type: "s3cr3t", code: "EBADCSRFTOKEN", status: 401, statusCode: 401 },
});

describe.each(Object.entries<Call>(vendors))("%s", (name, call) => {
  const thrown = (deed: Deed | "refused", ms = patience) => withUpstream(deed, (url) => failure(() => call(url, ms)));

  it.concurrent.each([
    [401, 502],
    [403, 502],
    [404, 502],
    [422, 502],
    [429, 503],
    [500, 502],
    [503, 503],
  ] as const)("%i becomes %i", async (status, expected) => {
    const error = await thrown(answer(status, fields, forged));
    const { cause: _cause, ...sent } = normalizeError(error);
    expect([sent.status, sent.upstreamStatus]).toEqual([expected, status]);
    expect(JSON.stringify(sent)).not.toContain("s3cr3t");
    expect(normalizeError(new Error("x", { cause: error })).status).toBe(expected);
    if (status !== 401) expect(normalizeError(error, { relayStatuses: [401] }).status).toBe(expected);
    expect(normalizeError(error, { relayStatuses: [status] }).status).toBe(normalizeError(createError(status)).status);
  });

  it.concurrent("a refused connection and a redirect loop are 502", async () => {
    expect(outcome(await thrown("refused"))[0]).toBe(502);
    if (!answersRedirects.has(name)) expect(outcome(await thrown(answer(302, { ...fields, Location: "/s3cr3t" })))[0]).toBe(502);
  });

  const itIf = (isMeant: boolean) => (isMeant ? it.concurrent : it.skip);

  itIf(!endless.has(name))("an upstream that does not answer is a 504", async () => {
    expect(outcome(await thrown(deeds.stalled, scaled(400)))[0]).toBe(504);
  });

  itIf(!heedless.has(name))("content that breaks off is a 502", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch\r\n";
    const broken: Deed = (socket) => socket.end(`${head}Content-Length: 100\r\n\r\n{"s3cr3t":`);
    expect(outcome(await thrown(broken, scaled(2000)))[0]).toBe(name === "gaxios 6" ? 504 : 502);
  });
});

/** They pass a redirect on as a success. */
const answersRedirects = new Set(["elasticsearch 9", "stripe"]);

/** They have no time limit, or one that looks like an abort of their user's. */
const endless = new Set(["bent", "pocketbase", "tRPC's client"]);

/** They never notice, or wait for ever. */
const heedless = new Set(["bent", "openai 4", "airtable", "pocketbase"]);

describe("wreck", () => {
  const read = (deed: Deed, ms: number, maxBytes?: number) =>
    withUpstream(deed, (url) =>
      failure(async () =>
        wreck.read(await wreck.request("GET", url, {}), { timeout: ms, json: true, ...(maxBytes && { maxBytes }) }),
      ),
    );

  it("stalled content is a 504, and a 408 where the request's own is still to come", async () => {
    const error = await read(deeds["stalled content"], scaled(200));
    expect(outcome(error)).toEqual([504, "connection_read_timeout", undefined]);
    expect(normalizeError(error, { unreadRequest: true }).status).toBe(408);
    expect(normalizeError(error, { origin: "inbound" }).status).toBe(408);
  });

  it("content of another type than JSON is no 406", async () => {
    const error = await withUpstream(answer(200, { "Content-Type": "text/html" }, "s3cr3t"), (url) =>
      failure(() => wreck.get(url, { json: "strict" })),
    );
    expect(outcome(error)).toEqual([502, "http_protocol_error", undefined]);
  });

  it("content that is too large, or cut, is a 502", async () => {
    expect(outcome(await read(deeds["too large"], patience, 100))).toEqual([502, "http_response_body_size", undefined]);
    expect(outcome(await read(deeds.truncated, patience))).toEqual([502, "http_response_incomplete", undefined]);
  });
});

describe("a status with what only a transport receives", () => {
  const make = (members: object) => Object.assign(new Error("s3cr3t"), members);
  const received = { "content-type": "application/json", date: "Fri, 31 Dec 1999 23:59:59 GMT" };

  /** Replaces the status in whichever members have it. */
  const withStatus = (members: object, status: number): object =>
    Object.fromEntries(
      Object.entries(members).map(([name, value]: [string, unknown]) => [
        name,
        name === "res" ? withStatus(value as object, status) : value === 401 ? status : value,
      ]),
    );

  it.each<[string, object]>([
    ["header fields", { status: 401, headers: received }],
    ["header fields of fetch", { statusCode: 401, headers: new Headers(received) }],
    ["header fields under another name", { status: 401, responseHeaders: received }],
    ["content", { statusCode: 401, body: '{"error":"s3cr3t"}' }],
    ["content that was parsed", { status: 401, body: { error: "s3cr3t" } }],
    ["content under another name", { statusCode: 401, responseBody: "s3cr3t" }],
    ["the response of urllib", { status: 401, res: { statusCode: 401, headers: received } }],
    ["what Clerk adds", { status: 401, clerkError: true, clerkTraceId: "s3cr3t" }],
    ["what dockerode adds", { statusCode: 401, reason: undefined, json: { message: "s3cr3t" } }],
    ["what hono/client adds", { statusCode: 401, name: "DetailedError", detail: { data: "s3cr3t", statusText: "s3cr3t" } }],
    ["an id of the vendor's", { status: 401, request_id: "req_1" }],
    ["an id in another spelling", { statusCode: 401, requestId: "A1" }],
    ["a numeric code, fields and content", { code: 401, headers: received, body: "s3cr3t" }],
    ["fields, though the content was copied", { status: 401, expose: true, isBoom: true, headers: received }],
  ])("%s", (_what, members) => {
    expect(outcome(make(members))).toEqual([502, undefined, 401]);
    expect(outcome(make(withStatus(members, 429)))[0]).toBe(503);
    expect(normalizeError(make(members), { relayStatuses: [401] }).status).toBe(401);
  });

  it.each<[string, () => unknown, number]>([
    ["http-errors", () => createError(401, "x", { headers: { "WWW-Authenticate": "Basic" }, body: "x", request_id: "1" }), 401],
    ["http-errors that expose nothing", () => createError(404, "x", { expose: false, body: {} }), 404],
    ["Boom", () => Object.assign(new Boom("x", { statusCode: 404 }), { body: {}, status: 404 }), 404],
    ["Nest", () => Object.assign(new NotFoundException("x"), { body: {} }), 404],
    ["h3", () => new HTTPError({ status: 404, message: "x", body: {}, headers: { "Content-Type": "text/plain" } }), 404],
    ["Hono", () => new HTTPException(404, { res: new Response("x", { status: 404 }) }), 404],
    ["Express's own response", () => make({ status: 404, res: { statusCode: 200 } }), 404],
    ["co-body", () => Object.assign(new SyntaxError("x"), { status: 400, body: "{" }), 400],
    ["an application's fields", () => make({ status: 429, headers: { "Retry-After": "7", "X-A": "1" } }), 503],
    ["an application's id", () => make({ status: 404, requestID: "1", id: 17 }), 404],
    ["a status alone", () => make({ status: 403 }), 403],
    ["a code that is no status", () => make({ code: 17, body: {} }), 500],
  ])("but not %s", (_what, thrown, status) => {
    expect(normalizeError(thrown())).toMatchObject({ status, upstreamStatus: undefined });
  });
});

describe("limits and time limits that only a name shows", () => {
  class VendorRateLimitError extends Error {
    readonly retryAfter = 7;
  }
  class VendorConnectTimeoutError extends Error {}
  it("a rate limit is a 503 with its Retry-After", () => {
    expect(normalizeError(new VendorRateLimitError("s3cr3t"))).toMatchObject({ status: 503, headers: { "retry-after": "7" } });
    const slack = Object.assign(new Error("s3cr3t"), { code: "slack_webapi_rate_limited_error", retryAfter: 30 });
    expect(normalizeError(slack)).toMatchObject({ status: 503, headers: { "retry-after": "30" } });
  });

  it("a time limit is a 504", () => {
    expect(outcome(new VendorConnectTimeoutError("s3cr3t"))).toEqual([504, "http_response_timeout", undefined]);
    expect(normalizeError(new VendorConnectTimeoutError("x"), { origin: "inbound" }).status).toBe(408);
  });
});

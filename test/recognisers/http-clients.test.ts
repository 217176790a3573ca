import { connect } from "node:http2";
import { Boom } from "@hapi/boom";
import { HttpException, NotFoundException } from "@nestjs/common";
import { normalizeError, type NormalizeOptions } from "@fg-errors/core";
import axios from "axios";
import { Gaxios } from "gaxios";
import got from "got";
import nodeFetch from "node-fetch";
import { ofetch } from "ofetch";
import superagent from "superagent";
import { ProxyAgent, request, stream } from "undici";
import { Agent as Agent6, request as request6, RetryAgent } from "undici6";
import { describe, expect, it, vi } from "vitest";
import { patience, scaled } from "../patience.js";
import { answer, deeds, withUpstream, type Deed } from "./faulty-upstream.js";
import { clients, throwing, type Call, type ClientName } from "./http-clients.js";
import { failure, outcome } from "./outcome.js";

vi.spyOn(console, "warn").mockImplementation(() => undefined); // superagent, of content that breaks off

/** [status, RFC 9209 type, the transport's status]; none where the client does not fail, or fails as any bug would. */
type Outcome = Expected | "none";
type Expected = readonly [status: number, type?: string | undefined, received?: number];

const late: Expected = [504, "http_response_timeout"];
const lateRead: Expected = [504, "connection_read_timeout"];
const refused: Expected = [502, "connection_refused"];
const cut: Expected = [502, "connection_terminated"];
const garbled: Expected = [502, "http_protocol_error"];
const incomplete: Expected = [502, "http_response_incomplete"];
const incomplete200: Expected = [502, "http_response_incomplete", 200];
const broken200: Expected = [502, undefined, 200];
const miscoded: Expected = [502, "http_response_content_coding"];
const miscoded200: Expected = [502, "http_response_content_coding", 200];
const badChunk: Expected = [502, "http_response_transfer_coding"];
const endless: Expected = [502, undefined, 302];

/** What most clients make of each deed, and the exceptions. */
const faults: Readonly<Record<keyof typeof deeds, readonly [Outcome, Partial<Record<ClientName, Outcome>>?]>> = {
  refused: [refused],
  reset: [cut],
  closed: [cut],
  stalled: [
    late,
    {
      needle: cut, // says that the socket hung up, which it did itself
    },
  ],
  garbage: [garbled],
  "header too large": [[502, "http_response_header_section_size"]],
  truncated: [
    incomplete,
    {
      ...each(["axios", "axios strict", "axios signal", "got", "got signal", "aws", "huawei"], incomplete200),
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError", "gaxios", "node-fetch 3"], cut),
      ...each(["node-fetch 2", "needle"], lateRead), // notice nothing
    },
  ],
  "last chunk missing": [
    incomplete,
    {
      ...each(["axios", "axios strict", "axios signal", "got", "got signal", "aws", "huawei"], incomplete200),
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError"], cut),
      ...each(["gaxios", "node-fetch 2", "node-fetch 3"], cut),
      needle: lateRead,
    },
  ],
  "bad chunk": [
    badChunk,
    {
      ...each(["got", "got signal"], [502, "http_response_transfer_coding", 200]),
      ...each(["gaxios", "node-fetch 3"], cut),
      aws: incomplete200,
    },
  ],
  "stalled content": [
    late,
    {
      ...each(["axios", "axios strict", "huawei"], incomplete200), // axios ends the stream and then finds it ended
      ...each(["needle", "node-fetch 2"], lateRead),
      ...each(["got", "got signal", "aws"], [504, "http_response_timeout", 200]),
      octokit: "none",
    },
  ],
  "not gzip": [
    miscoded,
    {
      ...each(["axios", "axios strict", "axios signal", "got", "got signal", "huawei"], miscoded200),
      aws: broken200, // does not decode content
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError"], "none"), // nor do they, nor say whose JSON it is
    },
  ],
  "not JSON": [
    "none", // a SyntaxError without any sign of where the text came from
    {
      ...each(["axios strict", "got", "got signal", "superagent", "superagent response", "aws"], broken200),
      "node-fetch 2": [502],
    },
  ],
  "too large": [
    [502, "http_response_body_size"],
    each(["got", "got signal", "ky", "ofetch", "wretch", "aws", "octokit", "huawei", "fetch", "needle"], "none"),
  ],
  "redirect loop": [
    [502],
    {
      ...each(["got", "got signal", "superagent", "superagent response", "aws"], endless),
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError"], "none"),
    },
  ],
  "redirect to another scheme": [
    [502],
    {
      ...each(["gaxios", "node-fetch 2", "node-fetch 3"], [500]), // in the words of a wrong URL of the caller's
      needle: "none", // throws where nobody can catch it
      ...each(["got", "got signal", "superagent", "superagent response", "aws"], endless),
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError"], "none"),
    },
  ],
  "bad redirect": [
    [502],
    {
      ...each(["got", "got signal", "superagent", "superagent response", "aws"], endless),
      ...each(["undici 7", "undici 7 responseError", "undici 6", "undici 6 throwOnError"], "none"),
      needle: "none", // throws where nobody can catch it
    },
  ],
};

/** octokit hands out content that broke off as if it were whole. */
const heedless = new Set(["truncated", "last chunk missing", "bad chunk", "not gzip"]);

const rows = Object.entries(faults).flatMap(([deed, [usual, exceptions]]) =>
  Object.entries(clients).flatMap(([name, call]) => {
    const expected = name === "octokit" && heedless.has(deed) ? "none" : (exceptions?.[name as ClientName] ?? usual);
    return expected === "none" ? [] : [{ deed: deed as keyof typeof deeds, name, call, expected }];
  }),
);

describe("a fault of the upstream", () => {
  it.concurrent.each(rows)("$deed, seen by $name", async ({ deed, call, expected }) => {
    const ms = expected[0] === 504 || deed.startsWith("stalled") ? scaled(400) : patience; // only what is to be late is hurried
    const error = await withUpstream(deeds[deed], (url) => failure(() => call(url, ms)));
    expect(outcome(error)).toEqual(padded(expected));
    expect(outcome(new Error("s3cr3t", { cause: error }))).toEqual(padded(expected));
  });

  it.concurrent.each(Object.entries(clients))("no TLS, seen by %s", async (_name, call) => {
    const error = await withUpstream(answer(200), (url) => failure(() => call(url.replace("http:", "https:"), patience)));
    expect(outcome(error)).toEqual([502, expect.stringMatching(/^tls_|^connection_terminated$/), undefined]);
  });
});

/** Status, what it becomes. */
const statuses = [
  [401, 502],
  [403, 502],
  [404, 502],
  [405, 502],
  [422, 502],
  [429, 503],
  [500, 502],
  [501, 502],
  [503, 503],
  [504, 504],
  [520, 502],
] as const;

describe.each(Object.entries<Call>(throwing))("a status that nobody handled, by %s", (name, call) => {
  const thrown = (deed: Deed) => withUpstream(deed, (url) => failure(() => call(url, patience)));

  it.concurrent.each(statuses)("%i", async (status, expected) => {
    const error = await thrown(answer(status));
    expect(outcome(error)).toEqual([expected, undefined, status]);
    expect(outcome(new Error("s3cr3t", { cause: error }))).toEqual([expected, undefined, status]);
  });

  it.concurrent("407 of the upstream, which fetch keeps to itself", async () => {
    const [status, type] = outcome(await thrown(answer(407)));
    expect([status, type]).toEqual([502, undefined]);
  });

  it.concurrent("relays the statuses of its option", async () => {
    const fields = { "WWW-Authenticate": 'Basic realm="up"', Allow: "GET", "Retry-After": "7" };
    const relayStatuses = [401, 404, 405, 429];
    const sent = async (status: number) => seen(await thrown(answer(status, fields)), { relayStatuses });
    const reported = name === "huawei" ? () => undefined : (headers: object) => headers; // the SDK keeps no header field
    expect(await sent(401)).toEqual([401, undefined, reported({ "retry-after": "7", "www-authenticate": 'Basic realm="up"' })]);
    expect(await sent(404)).toEqual([404, undefined, reported({ "retry-after": "7" })]);
    expect(await sent(405)).toEqual([405, undefined, reported({ "retry-after": "7", allow: "GET" })]);
    expect(await sent(429)).toEqual([503, 429, reported({ "retry-after": "7" })]);
    expect(await sent(403)).toEqual([502, 403, undefined]);
  });

  it.concurrent.each([
    ["7", true],
    ["Fri, 31 Dec 1999 23:59:59 GMT", true],
    ["s3cr3t", false],
    ["-1", false],
    ["1e3", false],
  ])("Retry-After: %s", async (value, valid) => {
    const headers = valid && name !== "huawei" ? { "retry-after": value } : undefined;
    expect(seen(await thrown(answer(503, { "Retry-After": value })))).toEqual([503, 503, headers]);
    expect(seen(await thrown(answer(429, { "Retry-After": value })))).toEqual([503, 429, headers]);
    expect(seen(await thrown(answer(500, { "Retry-After": value })))).toEqual([502, 500, undefined]);
  });
});

describe("a call that was given up", () => {
  const aborted: readonly (readonly [string, (url: string, signal: AbortSignal) => Promise<unknown>])[] = [
    ["axios", (url, signal) => axios.get(url, { signal })],
    ["got", (url, signal) => got(url, { signal, retry: { limit: 0 } })],
    ["gaxios", (url, signal) => new Gaxios().request({ url, signal, retry: false })],
    ["node-fetch", (url, signal) => nodeFetch(url, { signal })],
    ["ofetch", (url, signal) => ofetch(url, { signal, retry: 0 })],
    [
      "superagent",
      (url, signal) => {
        const call = superagent.get(url);
        signal.addEventListener("abort", () => void call.abort()); // returned, its promise would be Node's to handle
        return call;
      },
    ],
  ];

  it.each(aborted)("%s", async (_name, call) => {
    const controller = new AbortController();
    const abort: Deed = () => controller.abort();
    const error = await withUpstream(abort, (url) => failure(() => call(url, controller.signal)));
    expect(outcome(error)).toEqual([503, undefined, undefined]);
    expect(outcome(error, { clientGone: true })).toEqual([408, undefined, 499]);
  });

  it("is late when its signal says so, though axios forgets the reason", async () => {
    const error = await withUpstream(
      () => undefined,
      (url) => failure(() => clients["axios signal"](url, scaled(50))),
    );
    expect(outcome(error, { clientGone: true })).toEqual([504, "http_response_timeout", undefined]);
  });
});

describe("a call that cannot be made is a bug", () => {
  it.each<[ClientName, string]>([
    ["fetch", "ftp://s3cr3t/"],
    ["fetch", "http://s3cr3t:1/"],
    ["undici 7", "ftp://s3cr3t/"],
    ["undici 6", "ftp://s3cr3t/"],
    ["axios", "ftp://s3cr3t/"],
    ["axios fetch", "http://[s3cr3t"],
    ["axios fetch", "ftp://s3cr3t/"],
    ["got", "http://[s3cr3t"],
    ["got", "ftp://s3cr3t/"],
    ["ofetch", "http://[s3cr3t"],
    ["ofetch", "ftp://s3cr3t/"],
    ["gaxios", "ftp://s3cr3t/"],
    ["octokit", "http://[s3cr3t"],
    ["octokit", "ftp://s3cr3t/"],
    ["huawei", "ftp://s3cr3t/"],
    ["huawei", "s3cr3t"],
  ])("%s %s", async (name, url) => {
    const error = await failure(() => clients[name](url, patience));
    expect(outcome(error)).toEqual([500, undefined, undefined]);
  });

  const length = { "content-length": "1" };
  it.each<[string, (url: string) => Promise<unknown>]>([
    ["ERR_BAD_REQUEST", (url) => axios.post(url, "s3cr3t", { maxBodyLength: 1, maxRedirects: 0 })],
    ["ERR_BAD_OPTION", (url) => axios.get(url, { transitional: { s3cr3t: true } as object })],
    ["ERR_BAD_OPTION_VALUE", (url) => axios.get(url, { transitional: { silentJSONParsing: "s3cr3t" } as object })],
    ["ERR_NOT_SUPPORT", (url) => axios.get(url, { adapter: "xhr" })],
    ["UND_ERR_NOT_SUPPORTED", (url) => request6(url, { headers: { expect: "100-continue" } })],
    ["UND_ERR_INVALID_RETURN_VALUE", (url) => stream(url, { method: "GET" }, () => "s3cr3t" as never)],
    ["UND_ERR_REQ_CONTENT_LENGTH_MISMATCH", (url) => request(url, { method: "POST", headers: length, body: "s3cr3t" })],
  ])("%s", async (code, call) => {
    const error = await withUpstream(answer(200), (url) => failure(() => call(url)));
    expect(error).toHaveProperty("code", code);
    expect(outcome(error)).toEqual([500, undefined, undefined]);
  });
});

describe("HTTP/2", () => {
  it.each<[keyof typeof deeds, Expected]>([
    ["refused", refused],
    ["reset", cut],
    ["garbage", garbled],
  ])("%s", async (deed, expected) => {
    const call = (url: string) =>
      new Promise<unknown>((resolve) => {
        const session = connect(url).on("error", resolve);
        session.request().on("error", resolve);
      });
    expect(outcome(await withUpstream(deeds[deed], call))).toEqual(padded(expected));
  });
});

/** As the generated sources define them: https://github.com/openai/openai-node is not installed here. */
describe("openai's connection errors", () => {
  const own = { status: undefined, headers: undefined, error: undefined, requestID: undefined };
  class APIConnectionError extends Error {}
  class APIConnectionTimeoutError extends APIConnectionError {}
  class APIUserAbortError extends Error {}

  it("timeout", () => {
    expect(outcome(Object.assign(new APIConnectionTimeoutError("Request timed out."), own))).toEqual(padded(late));
  });

  it("abort", () => {
    const error = Object.assign(new APIUserAbortError("Request was aborted."), own);
    expect(outcome(error, { clientGone: true })).toEqual([408, undefined, 499]);
  });

  it("what fetch failed with", async () => {
    const cause = await withUpstream("refused", (url) => failure(() => fetch(url)));
    expect(outcome(Object.assign(new APIConnectionError("Connection error.", { cause }), own))).toEqual(padded(refused));
  });
});

describe("undici's own", () => {
  it("headers timeout", async () => {
    const dispatcher = new Agent6({ headersTimeout: scaled(100) });
    const error = await withUpstream(
      () => undefined,
      (url) => failure(() => request6(url, { dispatcher })),
    );
    expect(outcome(error)).toEqual(padded(late));
  });

  it("RequestRetryError with a status of 200", async () => {
    const dispatcher = new RetryAgent(new Agent6(), { maxRetries: 1, minTimeout: 1 });
    const broken = (url: string) => failure(async () => (await request6(url, { dispatcher })).body.text());
    expect(outcome(await withUpstream(deeds.truncated, broken))).toEqual(broken200);
  });

  it("forward proxy that refuses CONNECT", async () => {
    const error = await withUpstream(answer(407, { "Proxy-Authenticate": "Basic" }), (url) =>
      failure(() => request("https://127.0.0.1:9/", { dispatcher: new ProxyAgent(url) })),
    );
    expect(outcome(error)).toEqual([502, "connection_refused", undefined]);
  });
});

describe("looks like a client's error", () => {
  it("and is wreck's, a Boom with an upstream's answer in it", () => {
    const data = { isResponseError: true, headers: {}, payload: "s3cr3t", res: { statusCode: 401, headers: {} } };
    const error = new Boom("Response Error: 401 Unauthorized", { statusCode: 401, data });
    expect(outcome(error)).toEqual([502, undefined, 401]);
  });

  it("and is Nest's", () => {
    expect(normalizeError(new NotFoundException("No such order"))).toMatchObject({ status: 404, detail: "No such order" });
    expect(normalizeError(new HttpException({ statusCode: 409, headers: {} }, 409)).status).toBe(409);
  });

  it.each([
    ["declares a response and has none", { status: 404, response: undefined }],
    ["keeps a response of its own", { status: 404, response: { status: 401, message: "s3cr3t" } }],
    ["is called HttpError and has a request", { status: 404, name: "HttpError", request: { url: "/" } }],
    ["has a request", { status: 404, request: { url: "/" }, timings: {} }],
    ["has an ID of its request", { status: 404, requestID: "1" }],
    ["is a Boom without an answer", { status: 404, isBoom: true, output: { statusCode: 404 }, data: {} }],
    ["has a name of a client's", { status: 404, name: "HttpError" }],
    ["has a name of fetch's errors", { status: 404, name: "TypeError", message: "terminated" }],
  ])("and %s", (_what, members) => {
    expect(normalizeError(Object.assign(new Error(), members)).status).toBe(404);
  });

  it("and is a webhook's signature that does not match, which stripe gives the shape of its answers", () => {
    const error = Object.assign(new Error("s3cr3t"), {
      type: "StripeSignatureVerificationError",
      rawType: undefined,
      statusCode: undefined,
    });
    expect(outcome(error)).toEqual([500, undefined, undefined]);
  });
});

function each<Name extends ClientName>(names: readonly Name[], expected: Outcome): Partial<Record<ClientName, Outcome>> {
  return Object.fromEntries(names.map((name) => [name, expected]));
}

function padded([status, type, received]: Expected) {
  return [status, type, received];
}

/** [status, the transport's status, headers] */
function seen(error: unknown, options?: NormalizeOptions) {
  const { cause: _, ...sent } = normalizeError(error, options);
  expect(JSON.stringify(sent)).not.toContain("s3cr3t");
  return [sent.status, sent.receivedStatus, sent.headers];
}

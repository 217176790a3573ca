// Errors of calls that say so by a name or a message alone: nothing in them is a status that a client could be given.
import { createRequire } from "node:module";
import { feathers } from "@feathersjs/feathers";
import { DiscordAPIError, REST } from "@discordjs/rest";
import { normalizeError } from "@fg-errors/core";
import { Redis } from "@upstash/redis";
import { createClient } from "contentful";
import createError from "http-errors";
import Mailgun from "mailgun.js";
import { Client as MinioClient } from "minio";
import soap from "soap";
import { afterEach, describe, expect, it, vi } from "vitest";
import { patience, scaled } from "../patience.js";
import { answer, deeds, withUpstream, type Deed } from "./faulty-upstream.js";
import type { Call } from "./http-clients.js";
import { failure, outcome } from "./outcome.js";

const require = createRequire(import.meta.url);
const { NotFoundError, RestError } = require("restify-errors") as Record<string, new (...args: unknown[]) => Error>;
const feathersRest = require("@feathersjs/rest-client") as (url: string) => { fetch(call: unknown): never };
const simpleGet = require("simple-get") as {
  concat(options: object, done: (error: unknown, reply: unknown, content: unknown) => void): void;
};

const calls = {
  soap: (url, ms) => soap.createClientAsync(`${url}/s3cr3t?wsdl`, { disableCache: true, wsdl_options: { timeout: ms } }),
  contentful: (url, ms) => {
    const { host } = new URL(url);
    return createClient({
      accessToken: "s3cr3t",
      space: "s3cr3t",
      host,
      insecure: true,
      retryOnError: false,
      timeout: ms,
    }).getEntries();
  },
  minio: (url) => {
    const { hostname, port } = new URL(url);
    const client = new MinioClient({
      endPoint: hostname,
      port: Number(port),
      useSSL: false,
      accessKey: "a",
      secretKey: "s3cr3t",
    });
    return client.bucketExists("bucket");
  },
  upstash: (url) => new Redis({ url, token: "s3cr3t", retry: false, enableAutoPipelining: false }).get("s3cr3t"),
  feathers: (url, ms) =>
    feathers()
      .configure(feathersRest(url).fetch(fetch))
      .service("s3cr3t")
      .find({ connection: { signal: AbortSignal.timeout(ms) } } as never),
  "simple-get": (url, ms) =>
    new Promise((resolve, reject) =>
      simpleGet.concat({ url: `${url}/s3cr3t`, timeout: ms }, (error, _reply, content) =>
        error ? reject(error) : resolve(content),
      ),
    ),
  "mailgun.js": (url, ms) => new Mailgun(FormData).client({ username: "api", key: "s3cr3t", url, timeout: ms }).domains.list(),
  "discord.js": (url) => new REST({ api: url, retries: 0, makeRequest: fetch as never }).setToken("s3cr3t").get("/s3cr3t"),
} satisfies Record<string, Call>;

const thrown = (name: keyof typeof calls, deed: Deed | "refused", ms = patience) =>
  withUpstream(deed, (url) => failure(() => calls[name](url, ms)));

it.concurrent.each<[keyof typeof calls, number, number]>([
  ["soap", 401, 502],
  ["soap", 429, 503],
  ["soap", 503, 503],
  ["contentful", 401, 502],
  ["contentful", 404, 502],
  ["contentful", 429, 503],
  ["discord.js", 500, 502],
  ["discord.js", 503, 503],
])("%s: a %i becomes a %i", async (name, status, expected) => {
  const error = await thrown(name, answer(status));
  expect(outcome(error)).toEqual([expected, undefined, status]);
  expect(normalizeError(error, { relayStatuses: [status] }).status).toBe(normalizeError(createError(status)).status);
});

it("minio: what is left of the last try counts", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(outcome(await thrown("minio", answer(503)))).toEqual([503, undefined, 503]);
});

it.concurrent.each<[keyof typeof calls, Deed | "refused", number, string | undefined]>([
  ["upstash", answer(400, {}, '{"error":"WRONGTYPE s3cr3t"}'), 502, undefined],
  ["upstash", answer(200, {}, "<p>s3cr3t"), 502, undefined],
  ["feathers", "refused", 502, undefined],
  ["feathers", deeds.reset, 502, undefined],
  ["feathers", deeds["redirect loop"], 502, undefined],
  ["feathers", deeds.truncated, 502, "http_response_incomplete"],
  ["simple-get", deeds["redirect loop"], 502, undefined],
  ["mailgun.js", "refused", 502, "connection_refused"],
  ["mailgun.js", deeds.reset, 502, "connection_terminated"],
])("%s %#: what it says is a %i", async (name, deed, status, proxyError) => {
  expect(outcome(await thrown(name, deed))).toEqual([status, proxyError, undefined]);
});

it.concurrent.each<keyof typeof calls>(["feathers", "simple-get", "mailgun.js", "soap", "contentful"])(
  "%s: an upstream that does not answer is a 504",
  async (name) => {
    expect(outcome(await thrown(name, deeds.stalled, scaled(200)))).toEqual([504, "http_response_timeout", undefined]);
  },
);

describe("an error made like one of", () => {
  const make = (members: object) => Object.assign(new Error("s3cr3t"), members);

  /** AWS SDK 2 gives each member of the body a remark, and then sets the status that it received. */
  const aws2 = (status: number, isWritable: boolean) =>
    Object.defineProperty(make({ code: "s3cr3t", time: new Date(0), retryable: false, "[statusCode]": "s3cr3t" }), "statusCode", {
      value: status,
      writable: isWritable,
    });

  it("AWS SDK 2: the status that it received counts, unless the body's could not be replaced", () => {
    expect(outcome(aws2(401, true))).toEqual([502, undefined, 401]);
    expect(normalizeError(aws2(503, true)).status).toBe(503);
    expect(outcome(aws2(503, false))).toEqual([502, undefined, undefined]);
  });

  it("Paddle: a limit is a 503 with its Retry-After, all else a 502", () => {
    const paddle = { type: "request_error", detail: "s3cr3t", documentationUrl: "s3cr3t", errors: null };
    expect(outcome(make({ ...paddle, code: "entity_not_found", retryAfter: null }))).toEqual([502, undefined, undefined]);
    expect(normalizeError(make({ ...paddle, code: "too_many_requests", retryAfter: 7 }))).toMatchObject({
      status: 503,
      headers: { "retry-after": "7" },
    });
  });

  it("discord.js's own API", () => {
    const error = new DiscordAPIError({ message: "s3cr3t", code: 0 }, 0, 401, "GET", "s3cr3t", {
      files: undefined,
      body: undefined,
    });
    expect(outcome(error)).toEqual([502, undefined, 401]);
  });
});

describe("an abort without a reason", () => {
  const abort = (frame: string) =>
    Object.assign(new Error("s3cr3t"), {
      name: "AbortError",
      stack: `AbortError: s3cr3t\n    at abort (a.js:1:2)\n    at ${frame}`,
    });

  it.each([
    [
      "a timer of a library",
      "Timeout._onTimeout (file:///srv/node_modules/@typespec/ts-http-runtime/nodeHttpClient.js:85:33)",
      504,
    ],
    ["a timer of a library on Windows", "Timeout.<anonymous> (C:\\srv\\node_modules\\airtable\\lib\\run_action.js:44:20)", 504],
    ["AbortSignal.timeout()", "Timeout._onTimeout (node:internal/abort_controller:127:7)", 504],
    ["a timer of the application", "Timeout._onTimeout (/srv/drain.js:3:4)", 503],
    ["a library, at once", "Object.close (/srv/node_modules/pool/index.js:3:4)", 503],
  ])("begun by %s", (_who, frame, status) => {
    expect(outcome(abort(frame))[0]).toBe(status);
    expect(outcome(Object.assign(abort(frame), { type: "aborted" }))[0]).toBe(status); // node-fetch
    expect(normalizeError(abort(frame), { clientGone: true }).receivedStatus).toBe(499);
  });
});

describe("restify-errors", () => {
  it("is the application's own, unlike an error of restify-clients", () => {
    expect(outcome(new RestError!("s3cr3t"))[0]).toBe(500);
    expect(normalizeError(new RestError!({ statusCode: 409, restCode: "Busy" }, "s3cr3t")).status).toBe(409);
    expect(normalizeError(new NotFoundError!("s3cr3t")).status).toBe(404);
    const received = Object.assign(new RestError!({ statusCode: 401, restCode: "NotAuthorized" }, "s3cr3t"), {
      name: "NotAuthorizedError",
    });
    expect(outcome(received)).toEqual([502, undefined, 401]);
  });
});

describe("an application's own error with such a message", () => {
  it.each(["Request timed out", "fetch failed", "terminated", "too many redirects", "Invalid WSDL URL: x\r Code: 401\n"])(
    "keeps its status: %s",
    (message) => {
      expect(normalizeError(Object.assign(new Error(message), { status: 408 })).status).toBe(408);
      expect(normalizeError(Object.assign(new Error(message), { statusCode: 409, expose: true })).status).toBe(409);
    },
  );
});

afterEach(() => vi.restoreAllMocks());

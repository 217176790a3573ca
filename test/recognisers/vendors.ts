// Clients of vendors and lesser HTTP clients, which no upstream's status may pass as the caller's.
import { createRequire } from "node:module";
import Anthropic from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import { Client as ElasticClient } from "@elastic/elasticsearch";
import wreck from "@hapi/wreck";
import { Client as NotionClient } from "@notionhq/client";
import { createTRPCUntypedClient, httpLink } from "@trpc/client";
import { generateText } from "ai";
import Groq from "groq-sdk";
import Mailgun from "mailgun.js";
import OpenAI from "openai";
import PocketBase from "pocketbase";
import Stripe from "stripe";
import type { Call } from "./http-clients.js";

const require = createRequire(import.meta.url);

/** Modules without types of their own that fit here. */
const untyped = <T>(name: string) => require(name) as T;

type Untyped = (...args: unknown[]) => Promise<unknown>;

const bent = untyped<(...args: unknown[]) => (url: string) => Promise<unknown>>("bent");
const requestPromise = untyped<Untyped>("request-promise");
const phin = untyped<Untyped>("phin");
const gaxios6 = untyped<{ request: Untyped }>("gaxios6");
const OpenAI4 = untyped<typeof OpenAI>("openai4");
const { Client: ElasticClient7 } = untyped<{ Client: typeof ElasticClient }>("elasticsearch7");
const { Client: SendGridClient } = untyped<{ Client: new () => SendGrid }>("@sendgrid/client");
const Airtable = untyped<new (settings: object) => AirtableClient>("airtable");
const { json: npmFetch } = untyped<{ json: Untyped }>("npm-registry-fetch");
const { Client: TypesenseClient } = untyped<{ Client: new (settings: object) => Typesense }>("typesense");

interface SendGrid {
  setApiKey(key: string): void;
  setDefaultRequest(name: string, value: unknown): void;
  request(request: object): Promise<unknown>;
}
interface AirtableClient {
  base(id: string): (table: string) => { find(id: string): Promise<unknown> };
}
interface Typesense {
  collections(): { retrieve(): Promise<unknown> };
}

const generated = (url: string, ms: number) => ({ apiKey: "s3cr3t", baseURL: url, maxRetries: 0, timeout: ms });

function partsOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

export const vendors = {
  bent: (url) => bent("json", 200)(`${url}/s3cr3t`),
  "request-promise": (url, ms) => requestPromise({ uri: `${url}/s3cr3t`, timeout: ms, json: true }),
  phin: (url, ms) => phin({ url: `${url}/s3cr3t`, timeout: ms, parse: "json" }),
  wreck: (url, ms) => wreck.get(`${url}/s3cr3t`, { timeout: ms, json: true, redirects: 3 }),
  "gaxios 6": (url, ms) => gaxios6.request({ url: `${url}/s3cr3t`, timeout: ms, retry: false, responseType: "json" }),
  "elasticsearch 9": (url, ms) =>
    new ElasticClient({ node: url, maxRetries: 0, requestTimeout: ms }).get({ index: "s3cr3t", id: "1" }),
  "elasticsearch 7": (url, ms) =>
    new ElasticClient7({ node: url, maxRetries: 0, requestTimeout: ms }).get({ index: "s3cr3t", id: "1" }),
  openai: (url, ms) => new OpenAI(generated(url, ms)).models.list(),
  "openai 4": (url, ms) => new OpenAI4(generated(url, ms)).models.list(),
  anthropic: (url, ms) => new Anthropic(generated(url, ms)).models.list(),
  groq: (url, ms) => new Groq(generated(url, ms)).models.list(),
  stripe: (url, ms) =>
    new Stripe("s3cr3t", { ...partsOf(url), protocol: "http", maxNetworkRetries: 0, timeout: ms }).customers.retrieve("cus_1"),
  "AI SDK": (url, ms) =>
    generateText({
      model: createOpenAI({ apiKey: "s3cr3t", baseURL: url })("s3cr3t"),
      prompt: "s3cr3t",
      maxRetries: 0,
      abortSignal: AbortSignal.timeout(ms),
    }),
  sendgrid: (url, ms) => {
    const client = new SendGridClient();
    client.setApiKey("SG.s3cr3t");
    client.setDefaultRequest("baseUrl", `${url}/`);
    client.setDefaultRequest("timeout", ms);
    return client.request({ method: "GET", url: "/s3cr3t" });
  },
  notion: (url, ms) =>
    new NotionClient({ auth: "s3cr3t", baseUrl: url, timeoutMs: ms, retry: false, logger: () => undefined } as never).users.me(
      {},
    ),
  airtable: (url, ms) =>
    new Airtable({ apiKey: "s3cr3t", endpointUrl: url, requestTimeout: ms, noRetryIfRateLimited: true }).base("b")("t").find("r"),
  "npm-registry-fetch": (url, ms) => npmFetch("/s3cr3t", { registry: url, fetchRetries: 0, timeout: ms }),
  typesense: (url, ms) => {
    const nodes = [{ ...partsOf(url), protocol: "http" }];
    return new TypesenseClient({
      nodes,
      apiKey: "s3cr3t",
      numRetries: 0,
      connectionTimeoutSeconds: ms / 1000,
      logLevel: "silent",
    })
      .collections()
      .retrieve();
  },
  pocketbase: (url) => new PocketBase(url).collection("s3cr3t").getOne("1"),
  "mailgun.js": (url, ms) => new Mailgun(FormData).client({ username: "api", key: "s3cr3t", url, timeout: ms }).domains.list(),
  "tRPC's client": (url, ms) =>
    createTRPCUntypedClient({ links: [httpLink({ url })] }).query("s3cr3t", undefined, { signal: AbortSignal.timeout(ms) }),
} satisfies Record<string, Call>;

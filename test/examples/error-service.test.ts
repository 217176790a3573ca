// examples/error-service as Traefik's errors middleware, ingress-nginx and clients ask it, and the configuration that its README shows.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { contractDocument } from "@fg-errors/contract";
import { defineContract, extendContract, functionGraph, normalizeError, UpstreamError, type Contract } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { assertContract, assertHead } from "../assert-contract.js";
import { block, read } from "../docs/markdown.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { startExample } from "./start.js";

const page = read("examples/error-service/README.md");
const folder = new URL("../../examples/error-service/", import.meta.url).pathname;
const shop = defineContract(extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } }), {
  service: "SHOP",
  types: "urn:example:shop:",
  problems: {},
});

const stops: (() => void | Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));
let port: number;
let contractPath: string;
beforeAll(async () => {
  const temporary = await mkdtemp(join(tmpdir(), "fg-errors-"));
  stops.push(() => rm(temporary, { recursive: true }));
  contractPath = join(temporary, "errors.json");
  await writeFile(contractPath, JSON.stringify(contractDocument(shop)));
  ({ port } = await startExample("error-service/service.js", {}, (stop) => stops.push(stop)));
});

const visit = async (line: string, headers: Readonly<Record<string, string>> = {}, body = "", at = port) =>
  parseAnswer(await exchange(at, request(line, headers, body)));

/** Gives the status that a service's status leaves as. */
const foldOf = (status: number, contract: Contract = functionGraph) =>
  normalizeError(new UpstreamError({ status, upstream: true }, undefined), { contract }).status;

/** Lists the statuses that Traefik is told to catch, and what it sends in their place. */
function rewritesIn(text: string): ReadonlyMap<number, number> {
  const { status, statusRewrites } = parse(text).http.middlewares.contract.errors as {
    readonly status: readonly string[];
    readonly statusRewrites: Readonly<Record<string, number>>;
  };
  const numbers = (range: string) => {
    const [first, last = first] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  };
  const rewrites = new Map(
    Object.entries(statusRewrites).flatMap(([range, to]) => numbers(range).map((from) => [from, to] as const)),
  );
  return new Map(status.flatMap(numbers).map((each) => [each, rewrites.get(each) ?? each]));
}

const writeTraefik = async (environment: Record<string, string> = {}) =>
  (await promisify(execFile)(process.execPath, [join(folder, "traefik.js")], { env: { ...process.env, ...environment } })).stdout;

describe("Traefik", () => {
  it("sends what the contract's table says for each status, and the page says the same", async () => {
    const rewrites = rewritesIn(block(page, "traefik"));
    expect(rewrites.size).toBe(200);
    for (const [status, sent] of rewrites) expect([status, sent]).toEqual([status, foldOf(status)]);
    for (const status of new Set(rewrites.values()))
      expect(assertContract(await visit(`GET /.fg-errors/${status}?url=%2F`))).toMatchObject({ status });
  });

  it("gets the configuration that the README shows, and one for another contract", async () => {
    expect(await writeTraefik()).toBe(block(page, "traefik"));
    const text = await writeTraefik({ CONTRACT: contractPath, SERVICE: "http://errors.example:8081" });
    for (const [status, sent] of rewritesIn(text)) expect([status, sent]).toEqual([status, foldOf(status, shop)]);
    expect(parse(text).http.services["error-pages"].loadBalancer.servers).toEqual([{ url: "http://errors.example:8081" }]);
  });

  it("gets the path of the failed request without its query, and the client's id", async () => {
    const answer = await visit("GET /.fg-errors/503?url=%2Forders%2F17%3Ftoken%3Ds3cr3t", { "X-Request-Id": "a1b2c3" });
    expect(assertContract(answer)).toMatchObject({ status: 503, instance: "/orders/17", request_id: "a1b2c3" });
    const target = /127\.0\.0\.1:8081(\S+)'/.exec(page)![1]!; // of the README
    expect(assertContract(await visit(`GET ${target}`))).toMatchObject({ status: 404, instance: "/orders/17" });
  });

  it("copies the client's fields, which change nothing but the id and the media type", async () => {
    const fields = {
      Connection: "close, Upgrade",
      Upgrade: "websocket",
      Range: "bytes=0-1",
      "If-None-Match": "*",
      Accept: "application/json",
    };
    const answer = await visit("GET /.fg-errors/503?url=%2Fchat", fields);
    expect(assertContract(answer)).toMatchObject({ status: 503, instance: "/chat" });
    expect(answer.headers.get("content-type")).toBe("application/json");
  });

  it("is not misled by what a client sends in the fields of ingress-nginx", async () => {
    const fields = { "X-Code": "200", "X-Original-URI": "/elsewhere", "X-Format": "text/html" };
    expect(assertContract(await visit("GET /.fg-errors/504?url=%2Fhere", fields))).toMatchObject({
      status: 504,
      instance: "/here",
    });
  });

  it.each([
    ["/.fg-errors/503", "/"],
    ["/.fg-errors/503?", "/"],
    ["/.fg-errors/503?url", "/"],
    ["/.fg-errors/503?url=", "/"],
    ["/.fg-errors/503?url=%zz%E0%A4", "/"],
    ["/.fg-errors/503?url=https%3A%2F%2Fexample.com%2Fa%3Fs3cr3t", "/a"],
    ["/.fg-errors/503?url=%2F%2Fexample.com%2Fa", "/.//example.com/a"],
    ["/.fg-errors/503?url=%2Fa%22%7D%0D%0A%00b", "/a%22%7D%0D%0A%00b"],
    ["/.fg-errors/503?url=%2Fa%2520b%23s3cr3t", "/a%20b"],
    ["/.fg-errors/503?url=%2Fa&url=%2Fb", "/a"],
  ])("asks with a query that is odd: %s", async (target, instance) => {
    expect(assertContract(await visit(`GET ${target}`))).toMatchObject({ status: 503, instance });
  });
});

it("a path of any length is cut, as everywhere", async () => {
  const answer = await visit(`GET /.fg-errors/503?url=%2F${"a".repeat(5000)}`);
  expect(assertContract(answer)).toMatchObject({ status: 503, instance: `/${"a".repeat(1999)}` });
});

describe("ingress-nginx", () => {
  const listed = String(parse(block(page, "ingress")).data["custom-http-errors"])
    .split(",")
    .map(Number);

  it("lists each status that the contract's tables name, but 499", () => {
    const { statuses, folds, upstreamFolds } = functionGraph;
    const named = [...Object.keys(statuses), ...Object.keys(folds), ...Object.keys(upstreamFolds)].map(Number);
    expect(named.filter((status) => status >= 400 && !listed.includes(status))).toEqual([499]);
    expect(listed).toEqual([...new Set(listed)].toSorted((a, b) => a - b));
  });

  it("gets the status of the contract for each", async () => {
    for (const status of listed)
      expect(assertContract(await visit("GET /", { "X-Code": String(status) })).status).toBe(foldOf(status));
  });

  it("gets the path, the id and the media type that it names", async () => {
    const fields = {
      "X-Code": "502",
      "X-Format": "application/json",
      "X-Original-URI": "/orders/17?token=s3cr3t",
      "X-Request-ID": "0123456789abcdef0123456789abcdef",
      "X-Namespace": "shop",
      "X-Ingress-Name": "s3cr3t",
    };
    const answer = await visit("GET /", fields);
    const members = { status: 502, instance: "/orders/17", request_id: fields["X-Request-ID"], error_code: "FSS.0502" };
    expect(assertContract(answer)).toMatchObject(members);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const browser = await visit("GET /", { "X-Code": "502", "X-Format": "text/html,*/*", Accept: "application/json" });
    expect(browser.headers.get("content-type")).toBe("application/problem+json");
  });

  it.each(["200", "204", "302", "100", "399", "600", "999", "0", "-404", "4e2", "404 ", "4040", "abc", "", "404, 404"])(
    "never gets a success, also for the code %j",
    async (code) => {
      const status = code.trim() === "404" ? 404 : 500;
      expect(assertContract(await visit("GET /", { "X-Code": code }))).toMatchObject({ status, instance: "/" });
    },
  );

  it("asks with the client's method: HEAD has no content, and the content of a POST is not read", async () => {
    const head = await visit("HEAD /", { "X-Code": "404", "X-Original-URI": "/orders/17" });
    assertHead(head);
    expect(head.status).toBe(404);
    expect(assertContract(await visit("POST /", { "X-Code": "413" }, "s3cr3t".repeat(10_000)))).toMatchObject({ status: 400 });
    expect(assertContract(await visit("PURGE /", { "X-Code": "405", "X-Original-URI": "/a" }))).toMatchObject({ status: 405 });
  });

  it("gets a 401 with a challenge", async () => {
    const answer = await visit("GET /", { "X-Code": "401" });
    assertContract(answer);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });
});

describe("a client that asks the service itself", () => {
  it.each([
    "/",
    "/orders/17?s3cr3t",
    "/503",
    "/.fg-errors/",
    "/.fg-errors/200",
    "/.fg-errors/4040",
    "/.fg-errors/503/x",
    "/healthz/x",
    "*",
  ])("gets a 404 for %s", async (target) => {
    const method = target === "*" ? "OPTIONS" : "GET";
    expect(assertContract(await visit(`${method} ${target}`))).toMatchObject({ status: 404, instance: target.split("?")[0] });
  });

  it("gets the contract's answer to what is no HTTP", async () => {
    expect(assertContract(parseAnswer(await exchange(port, "s3cr3t\r\n\r\n")))).toMatchObject({ status: 400 });
  });

  it("gets a 200 for the health check, and nothing but an error where a gateway reports one", async () => {
    expect(await visit("GET /healthz")).toMatchObject({ status: 200, text: "" });
    expect((await visit("HEAD /healthz")).status).toBe(200);
    expect(assertContract(await visit("GET /healthz", { "X-Code": "503" }))).toMatchObject({ status: 503 });
  });
});

it("the service answers by a published contract, and ends when it is terminated", async ({ onTestFinished }) => {
  const environment = { CONTRACT: contractPath, HOST: "127.0.0.1" };
  const { port: at, end, ended } = await startExample("error-service/service.js", environment, onTestFinished);
  const answer = await visit("GET /.fg-errors/429?url=%2Fa", {}, "", at);
  expect(assertContract(answer, shop)).toMatchObject({ status: 429, detail: "Slow down.", error_code: "SHOP.0429" });
  expect(assertContract(await visit("GET /", { "X-Code": "410" }, "", at), shop)).toMatchObject({ status: 404 });
  end();
  expect(await ended).toBe(0);
});

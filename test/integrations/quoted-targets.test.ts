// An upstream, a library or a framework quotes the target of the request: the answer repeats no query, whoever integrates the upstream.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import createError from "http-errors";
import fastify from "fastify";
import { createResponder, problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts as plainHosts } from "../hosts.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

const query = "?token=s3cr3t&to=%3Cb%3E%C3%A9";
const html = (text: string) => text.replace(/&/g, "&amp;");

/** Stock answers to a request without a route. */
const stock: Readonly<Record<string, (url: string, response: ServerResponse) => void>> = {
  "connect's text": (url, response) => response.setHeader("Content-Type", "text/plain").end(`Cannot GET ${url}\n`),
  "an escaped text": (url, response) => response.setHeader("Content-Type", "text/plain").end(`Cannot GET ${html(url)}\n`),
  "a decoded text": (url, response) =>
    response.setHeader("Content-Type", "text/plain; charset=utf-8").end(`No page ${decodeURIComponent(url)}`),
  "Nest's JSON": (url, response) => json(response, { message: `Cannot GET ${url}`, error: "Not Found", statusCode: 404 }),
  "a problem document": (url, response) =>
    json(response, { title: `No ${url}`, type: `https://h${url}`, detail: `No http://h${url}`, status: 404 }),
  fields: (url, response) => json(response, { errors: [{ field: "a", message: `Not at ${url}` }, { message: `Nor ${url}` }] }),
  "a document of this contract": (url, response) =>
    json(
      response,
      JSON.parse(
        createResponder({ onError() {} })(problem(404, `No ${url}`, { extensions: { at: { url } } }), { headers: {} }).body,
      ),
    ),
};

function json(response: ServerResponse, body: unknown): void {
  response.setHeader("Content-Type", "application/json").end(JSON.stringify(body));
}

const places = [...proxies, ...intercepted, ...calls].flatMap((integration, index) =>
  hosts
    .filter(({ family }, at) => integration.families.includes(family) && at % 2 === index % 2) // one version of each framework
    .map((host) => ({ name: `${integration.name}, ${host.name}`, integration, host })),
);

describe.each(places)("$name", { concurrent: true }, ({ integration, host }) => {
  const ask = async (service: (request: IncomingMessage, response: ServerResponse) => void) => {
    const closers: (() => unknown)[] = [];
    const bytes = await withServer(service, async (port) => {
      const listener = await host.create(integration, {
        upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
        limit: patience,
        options: { onError() {}, relayStatuses: [404] },
        onClose: (close) => void closers.push(close),
      });
      return withServer(createServer(listener), (gateway) => exchange(gateway, request(`GET /orders${query}`)));
    });
    for (const close of closers) await close();
    return parseAnswer(bytes);
  };

  const expectNoQuery = (answer: Awaited<ReturnType<typeof ask>>) => {
    const body = assertContract(answer);
    expect(answer.text).not.toMatch(/s3cr3t/);
    return body;
  };

  it.each(Object.entries(stock))("repeats no query of %s", async (_name, write) => {
    expectNoQuery(await ask(({ url = "" }, response) => write(url, Object.assign(response, { statusCode: 404 }))));
  });

  it("repeats no query of Fastify's answer", async () => {
    const app = fastify();
    await app.ready();
    const body = expectNoQuery(await ask((incoming, response) => app.routing(incoming, response)));
    if (body["status"] === 404 && !integration.name.startsWith("upstream("))
      expect(body["detail"]).toBe("Route GET:/orders not found");
    await app.close();
  });
});

describe.each(plainHosts)("$name", ({ create }) => {
  it.each([
    ["http-errors'", (url: string) => createError(404, `Cannot GET ${url}`)],
    ["ours", (url: string) => problem(503, `Cannot GET ${url}`, { errors: [{ detail: url }], extensions: { at: [url] } })],
    [
      "Hapi's Boom",
      (url: string) =>
        Object.assign(new Error(url), {
          isBoom: true,
          output: { statusCode: 400, payload: { message: url, statusCode: 400, error: "Bad Request" }, headers: {} },
        }),
    ],
  ])("repeats no query of a thrown error: %s", async (_name, make) => {
    const act = ({ url = "" }: IncomingMessage) => {
      throw make(url);
    };
    const answer = parseAnswer(
      await withServer(create(act, { onError() {} }), (port) => exchange(port, request(`GET /act${query}`))),
    );
    assertContract(answer);
    expect(answer.text).not.toContain("s3cr3t");
    expect(answer.text).toContain("/act");
  });
});

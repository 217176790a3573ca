// upstream(): handlers that call services themselves, and what becomes of it when nobody handles an error.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { problem, UpstreamError, type Problem, type ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { upstream, type UpstreamOptions } from "../../packages/core/src/reply/upstream.js";
import { contentOf } from "../../packages/core/src/reply/reply.js";
import { assertContract } from "../assert-contract.js";
import { hosts, type Host } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { clients, type ClientName } from "./upstream-gateways.js";

const names = Object.keys(clients) as ClientName[];
const anyOf = (index: number) => names[index % names.length]!;

/** What a gateway on `host` answers whose handler calls an upstream and handles none of its errors. */
async function gatewayTo(
  listener: RequestListener,
  host: Host,
  name: ClientName,
  own: UpstreamOptions,
  options: ResponderOptions = {},
) {
  const problems: Problem[] = [];
  const onError = (found: Problem) => void problems.push(found);
  const answer = await withServer(listener, (to) => {
    const act = async () => void (await upstream(clients[name](`http://127.0.0.1:${to}/s3cr3t`), own));
    return withServer(host.create(act, { onError, ...options }), async (port) =>
      parseAnswer(await exchange(port, request("GET /act"))),
    );
  });
  expect(problems).toHaveLength(1);
  expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  return { answer, body: assertContract(answer), problem: problems[0]! };
}

/** A reply with a message of its own. */
const replying =
  (status: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json", "X-Internal": "s3cr3t", ...headers });
    response.end(JSON.stringify({ code: `SHOP.${status}`, message: status < 500 ? "No such order" : "s3cr3t", path: "/s3cr3t" }));
  };

describe.each(names)("upstream(), with %s", (name) => {
  const call = clients[name];

  it.each([200, 201, 204, 206, 302, 304])("gives a %i back as it came", async (status) => {
    await withServer(
      (_request, response) => void response.writeHead(status).end(),
      async (port) => {
        const reply = await call(`http://127.0.0.1:${port}/`);
        expect(await upstream(reply)).toBe(reply);
        expect(await upstream(Promise.resolve(reply))).toBe(reply);
      },
    );
  });

  it("leaves the content of a success to the handler", async () => {
    await withServer(
      (_request, response) => void response.end("content"),
      async (port) => {
        const reply = await upstream(call(`http://127.0.0.1:${port}/`));
        expect(await text(contentOf(reply)!)).toBe("content");
      },
    );
  });

  it("gives a handler the upstream's status and code, under names that no other library trusts", async () => {
    await withServer(replying(404), async (port) => {
      const error = await upstream(call(`http://127.0.0.1:${port}/`)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UpstreamError);
      expect(error).toMatchObject({ upstreamStatus: 404, upstreamCode: "SHOP.404", proxyError: undefined });
      expect(error).toMatchObject({ name: "UpstreamError", message: "The upstream answered 404" });
      for (const member of ["status", "statusCode", "code", "expose", "headers"]) expect(error).not.toHaveProperty(member);
    });
  });

  it("is done with the connection of an error reply", async () => {
    const sockets = new Set<unknown>();
    const listener: RequestListener = ({ socket }, response) => {
      sockets.add(socket);
      response.writeHead(404, { "Content-Type": "text/plain" }).write("x".repeat(100_000)); // and no end
    };
    await withServer(listener, async (port, server) => {
      const closed = once(server, "connection").then(([socket]) => once(socket as never, "close"));
      await expect(upstream(call(`http://127.0.0.1:${port}/`))).rejects.toThrow("The upstream answered 404");
      await closed;
    });
    expect(sockets.size).toBe(1);
  });

  it("keeps the connection of an error reply that was read to its end", async () => {
    const sockets = new Set<unknown>();
    const listener: RequestListener = ({ socket }, response) => (sockets.add(socket), replying(404)({} as never, response));
    await withServer(listener, async (port) => {
      for (let calls = 0; calls < 5; calls++) {
        await expect(upstream(call(`http://127.0.0.1:${port}/`))).rejects.toThrow("The upstream answered 404");
        for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate); // after which the client mostly has the connection again
      }
    });
    expect(sockets.size).toBeLessThanOrEqual(2); // connections that are closed serve one call each
  });

  it("leaves an abort by the caller what it is", async () => {
    await withServer(
      () => {},
      async (port) => {
        const rejection: Promise<never> = call(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort() }) as never;
        const reason = await rejection.catch((thrown: unknown) => thrown);
        expect(reason).toMatchObject({ name: "AbortError" });
        expect(await upstream(rejection).catch((thrown: unknown) => thrown)).toBe(reason);
      },
    );
  });
});

it.each([
  ["a wrong URL", () => fetch("nonsense")],
  ["a refusal of its own", () => Promise.reject(problem(409, "Not twice"))],
  ["a value", () => Promise.reject("s3cr3t" as never)],
  ["nothing", () => Promise.reject(undefined as never)],
])("leaves %s what it is", async (_what, call: () => Promise<Response>) => {
  const rejection = call();
  const reason = await rejection.catch((thrown: unknown) => thrown);
  expect(await upstream(rejection).catch((thrown: unknown) => thrown)).toBe(reason);
});

/** What nobody handled is this gateway's failure: its client did not make the call. */
const own: readonly [received: number, status: number, headers?: Record<string, string>][] = [
  [400, 502],
  [401, 502, { "WWW-Authenticate": "Basic s3cr3t" }],
  [403, 502],
  [404, 502],
  [405, 502, { Allow: "s3cr3t" }],
  [422, 502],
  [429, 503, { "Retry-After": "7" }],
  [500, 502],
  [501, 502],
  [503, 503, { "Retry-After": "7" }],
  [504, 504],
  [599, 502],
  [999, 502],
];

describe.each(hosts)("$name", (host) => {
  it.each(own)("makes of an unhandled %i a %i", async (received, status, headers) => {
    const { answer, body, problem } = await gatewayTo(replying(received, headers), host, anyOf(received), {});
    expect(answer.headers.has("www-authenticate")).toBe(false);
    expect(answer.headers.get("retry-after")).toBe(status === 503 ? "7" : null);
    expect(body).toMatchObject({ status, error_code: `FSS.0${status}` });
    expect(problem).toMatchObject({ status, upstreamStatus: received });
    expect(problem.proxyError).toBe(received === 999 ? "http_protocol_error" : undefined);
    expect(problem.cause).toBeInstanceOf(UpstreamError);
  });

  it.each<readonly [string, UpstreamOptions, ResponderOptions, number, number]>([
    ["all", { relayStatuses: true }, {}, 404, 404],
    ["all, folded", { relayStatuses: true }, {}, 422, 400],
    ["all, server errors too", { relayStatuses: true }, {}, 500, 500],
    ["a list", { relayStatuses: [404, 409] }, {}, 409, 409],
    ["a list without it", { relayStatuses: [404, 409] }, {}, 403, 502],
    ["a set", { relayStatuses: new Set([404]) }, {}, 404, 404],
    ["what the gateway does", {}, { relayStatuses: [404] }, 404, 404],
    ["what the gateway does, and that is not it", {}, { relayStatuses: [404] }, 403, 502],
    ["none, whatever the gateway does", { relayStatuses: false }, { relayStatuses: [404] }, 404, 502],
    ["a list of its own, whatever the gateway does", { relayStatuses: [409] }, { relayStatuses: [404] }, 404, 502],
  ])("relays %s", async (_what, ownOptions, options, received, status) => {
    const { body, problem } = await gatewayTo(replying(received), host, anyOf(status), ownOptions, options);
    const isRelayed = status !== 502;
    expect(body["status"]).toBe(status);
    expect(body["error_code"]).toBe(isRelayed ? `SHOP.${received}` : "FSS.0502");
    expect(body["detail"] === "No such order").toBe(isRelayed && status < 500);
    expect(problem.upstreamStatus).toBe(received);
  });

  it("relays what the status needs", async () => {
    const listener = replying(401, { "WWW-Authenticate": 'Basic realm="shop"' });
    const { answer } = await gatewayTo(listener, host, "Node's fetch", { relayStatuses: [401] });
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="shop"');
  });

  it("relays an answer of the same contract member for member", async () => {
    const said = problem(503, "Closed for stocktaking", { code: "SHOP.0042", extensions: { until: "noon" } });
    const theirs = host.create(() => Promise.reject(said), { onError() {} });
    const { body, answer } = await gatewayTo(
      (incoming, response) => theirs(Object.assign(incoming, { url: "/act" }), response),
      host,
      "undici 7's fetch",
      { relayStatuses: true },
    );
    expect(body).toMatchObject({
      status: 503,
      detail: "Closed for stocktaking",
      error_code: "SHOP.0042",
      until: "noon",
      instance: "/act",
    });
    expect(body["request_id"]).toBe(answer.headers.get("x-request-id"));
  });
});

it("reads no more than its limit", async () => {
  await withServer(replying(404), async (port) => {
    const call = upstream(fetch(`http://127.0.0.1:${port}/`), { errorBodyLimit: 0 });
    await expect(call).rejects.toMatchObject({ upstreamStatus: 404, upstreamCode: undefined });
  });
});

it.each([
  [{ relayStatuses: ["404"] }, 'upstream: option "relayStatuses" takes an array or set of statuses from 400 to 599'],
  [{ errorBodyLimit: -1 }, 'upstream: option "errorBodyLimit" takes octets, an integer from 0 to 16777216'],
])("rejects for the wrong option %j", async (options, message) => {
  await expect(upstream(new Response(), options as never)).rejects.toThrow(new TypeError(message));
});

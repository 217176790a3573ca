// drain(): clients that owe octets and send none do not keep a server waiting, and nobody else is hurried.
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { connect as connectHttp2, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { connect } from "node:net";
import type { Problem } from "@fg-errors/core";
import { drain, guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually, secondsOfChecks } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";
import { request, withServer } from "../wire.js";
import { requestsArrived, patient, readAll, withPending } from "./drained.js";
import { answers, kinds, visit } from "./guarded.js";

const kept = { Connection: "keep-alive" };
const half = `${request("POST /act", { ...kept, "Content-Length": "1000" })}s3cr3t`;
const whole = request("GET /act", kept);

/** What a client has sent when it falls silent, and what it gets. */
const silent = [
  { name: "half a head", bytes: "GET /act HTTP/1.1\r\nHost: a\r\n", statuses: [408] },
  { name: "half a head behind a request that was answered", bytes: `${whole}GET /act HT`, statuses: [200, 408] },
  { name: "half a content that the application waits for", bytes: half, statuses: [408] },
  { name: "half a chunk", bytes: `${request("POST /act", { ...kept, "Transfer-Encoding": "chunked" })}9\r\nx`, statuses: [408] },
  { name: "half a content behind a request that was answered", bytes: whole + half, statuses: [200, 408] },
  { name: "half a content of a request that was answered", bytes: half.replace("Host", "Early: 1\r\nHost"), statuses: [200] },
];

describe.concurrent.each(kinds)("$name", ({ isSecure, create }) => {
  it.each(silent)("$name", async ({ bytes, statuses }) => {
    const onError = vi.fn<(problem: Problem) => void>();
    const options = { onError };
    const server = create(async (incoming, response) => {
      if (incoming.method === "POST" && !incoming.headers["early"]) await once(incoming.resume(), "end");
      response.writeHead(200, { "Content-Length": 0 }).end();
    }, options);
    const got = await visit(server, isSecure, async (open) => {
      const client = open();
      const received = readAll(client);
      const begun = statuses[0] === 200 ? once(client, "data") : undefined;
      const all = requestsArrived(server, 1, isSecure ? "secureConnection" : "connection");
      client.write(bytes);
      await Promise.all([all, begun]);
      await drain(server, patient);
      return answers(await received);
    });
    expect(got.map(({ status }) => status)).toEqual(statuses);
    if (statuses.at(-1) === 408) assertContract(got.at(-1)!);
    expect(onError.mock.calls.map(([{ status }]) => status)).toEqual(statuses.filter((status) => status === 408));
  });
});

it.concurrent("cuts a response that has begun while its request has not ended", () =>
  withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(half);
      const response = await next();
      response.req.resume();
      response.write("begun");
      await drain(server, patient);
      expect(await received).toMatch(/\r\n5\r\nbegun\r\n$/);
    },
    { onError() {} },
  ));

it.concurrent("closes a connection amid its TLS handshake", async () => {
  const server = kinds.find(({ isSecure }) => isSecure)!.create(() => {}, { onError() {} });
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    const all = requestsArrived(server, 1);
    client.write(Buffer.from([22, 3, 1, 1, 0, 1, 0]));
    await all;
    await drain(server, patient);
    expect(await received).toBe("");
  });
});

/** Whom a server waits for, though octets are missing. */
it.concurrent("waits for an application that does not read, then for its client", () =>
  withPending(async ({ server, port, next }) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write(`${request("POST /", { "Content-Length": "1000000" })}${"x".repeat(1_000_000)}`);
    const response = await next();
    const drained = drain(server, patient);
    await secondsOfChecks(3);
    expect((await response.req.toArray()).reduce((sum: number, { length }: Buffer) => sum + length, 0)).toBe(1_000_000);
    response.writeHead(200, { "Content-Length": 4 }).end("done");
    expect(answers(await received)).toMatchObject([{ status: 200, text: "done" }]);
    await drained;
  }));

it.concurrent("waits for an application that has all of a request, and for one that decides on a 100", () =>
  withPending(async ({ server, port, next }) => {
    const expecting = new Promise<[IncomingMessage, ServerResponse]>((resolve) =>
      server.on("checkContinue", (incoming, response) => resolve([incoming, response])),
    );
    const [asking, waiting] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    const received = [asking, waiting].map(readAll);
    asking.write(request("POST /", { Expect: "100-continue", "Content-Length": "4" }));
    waiting.write(request("POST /", { "Content-Length": "4" }, "body"));
    const [response, [incoming, expected]] = await Promise.all([next(), expecting]);
    const drained = drain(server, patient);
    await secondsOfChecks(3);
    response.writeHead(200, { "Content-Length": 4 }).end("done");
    expected.writeContinue();
    await once(asking, "data");
    asking.write("body");
    await once(incoming.resume(), "end");
    expected.writeHead(200, { "Content-Length": 4 }).end("done");
    expect(await received[0]).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(answers((await received[1])!)).toMatchObject([{ status: 200, text: "done" }]);
    await drained;
  }));

it.concurrent("waits for a client that goes on sending, however slowly", () =>
  withPending(async ({ server, port, next }) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write(request("POST /", { "Content-Length": "10" }));
    const response = await next();
    const drained = drain(server, patient);
    const timer = setInterval(() => client.write("x"), 250);
    const content = await response.req.toArray();
    clearInterval(timer);
    response.writeHead(200, { "Content-Length": 4 }).end("done");
    expect([answers(await received), content.length > 3]).toMatchObject([[{ status: 200, text: "done" }], true]);
    await drained;
  }));

it.concurrent("resets streams of HTTP/2 whose content does not come, and no others", async () => {
  const onError = vi.fn();
  const server = guardServer(createSecureServer(certificate()), { onError });
  const responses = new Map<string, Http2ServerResponse>();
  server.on("request", (incoming: Http2ServerRequest, response) => {
    responses.set(incoming.url, response);
    if (incoming.url !== "/unread") incoming.on("error", () => {}).resume();
  });
  await withServer(server as unknown as Server, async (port) => {
    const client = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }).on("error", () => {});
    const ask = (path: string, content?: string) => {
      const stream = client.request({ ":path": path, ":method": content ? "POST" : "GET" }, { endStream: !content });
      if (content) stream.write(content);
      return stream;
    };
    const [waiting, unread, silent] = [ask("/waiting"), ask("/unread", "x".repeat(1_000_000)), ask("/silent", "half")];
    const failed = expect(once(silent, "response")).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" });
    await eventually(() => expect(responses.size).toBe(3));
    const drained = drain(server as unknown as Server, patient);
    await failed;
    await secondsOfChecks(2);
    unread.end();
    await responses.get("/unread")!.req.toArray();
    for (const path of ["/waiting", "/unread"]) responses.get(path)!.end("done");
    for (const stream of [waiting, unread]) expect((await stream.toArray()).join("")).toBe("done");
    await drained;
  });
  const cause = { name: "SilentClient", message: "The client was silent while the server was drained" };
  expect(onError.mock.calls).toMatchObject([[{ status: 408, cause }, { instance: "/silent" }]]);
  expect((onError.mock.calls as [[Problem]])[0][0].cause).not.toBeInstanceOf(Error); // nobody threw it
});

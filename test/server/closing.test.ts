// A connection that carries its last answer: what still comes is neither parsed nor kept, and the answers before it leave in order.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { drain, guardServer } from "@fg-errors/core/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { request } from "../wire.js";
import { requestsArrived, patient, readAll, withPending } from "./drained.js";
import { answers, impatient, kinds, visit } from "./guarded.js";

const kept = { Connection: "keep-alive" };
const get = request("GET /act", kept);

/** Requests that Node's parser has read. */
let parsed = 0;
const count = () => void parsed++;
beforeEach(() => ((parsed = 0), subscribe("http.server.request.start", count)));
afterEach(() => void unsubscribe("http.server.request.start", count));

/** Each ends what a connection may bring, and `asks` says how many requests with a response Node sees until then. */
const endings = [
  { name: "two hosts", bytes: request("GET /", { ...kept, host: "b" }), status: 400, asks: 1 },
  { name: "no host", bytes: "GET / HTTP/1.1\r\n\r\n", status: 400, asks: 1 },
  { name: "a target that is none", bytes: request("GET http://", kept), status: 400, asks: 1 },
  { name: "chunks by HTTP/1.0", bytes: "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", status: 400, asks: 1 },
  { name: "an expectation", bytes: request("GET /", { ...kept, Expect: "tea" }), status: 400, asks: 1 },
  { name: "a tunnel", bytes: request("CONNECT a:1"), status: 501, asks: 0 },
  { name: "an upgrade", bytes: request("GET /", { Connection: "Upgrade", Upgrade: "a" }), status: 404, asks: 0 },
  { name: "an upgrade with content", bytes: request("GET /", { Connection: "Upgrade", Upgrade: "a" }, "content"), status: 404, asks: 0 },
  { name: "garbage", bytes: "s3cr3t\r\n\r\n", status: 400, asks: 0 },
  { name: "content that is refused", bytes: request("POST /", { ...kept, "Content-Length": "9000000", host: "b" }), status: 400, asks: 1 },
  { name: "a bad chunk of it", bytes: `${request("POST /", { ...kept, "Transfer-Encoding": "chunked", host: "b" })}s\r\n`, status: 400, asks: 1 },
] as const; // prettier-ignore

/** What may come behind it. */
const floods = {
  requests: get.repeat(500),
  content: request("POST /", { ...kept, "Content-Length": "900000" }) + "x".repeat(65_536),
  tunnels: request("CONNECT a:1").repeat(500),
  upgrades: request("GET /", { Connection: "Upgrade", Upgrade: "a" }).repeat(500),
  garbage: "s3cr3t\r\n\r\n".repeat(2000),
};

/** Goes on writing until a connection is closed, as fast as it takes it. */
async function flood(socket: Socket, bytes: string): Promise<void> {
  socket.on("error", () => {});
  while (!socket.destroyed && socket.writable) {
    if (socket.write(bytes)) await new Promise((done) => setTimeout(done, 5));
    else await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
  }
}

describe.concurrent.each(kinds.filter((_kind, at) => at !== 1 && at !== 3))("$name", ({ isSecure, create }) => {
  it.each(endings)("$name", async ({ bytes, status }) => {
    const server = create(async (_request, response) => {
      await new Promise((done) => setTimeout(done, 40));
      response.writeHead(200, { "Content-Length": 4 }).end("done");
    });
    const upgrades = vi.fn((_request: IncomingMessage, socket: Socket) => void socket.destroy());
    server.on("upgrade", upgrades);
    const all = visit(server, isSecure, async (open) => {
      const client = open();
      const received = readAll(client);
      client.write(get + bytes);
      const closed = flood(client, floods.requests);
      const text = await received;
      await closed;
      return text;
    });
    const [first, last, ...more] = answers(await all);
    expect([first, more]).toMatchObject([{ status: 200, text: "done" }, []]);
    expect(assertContract(last!)).toMatchObject({ status });
  });
});

describe.each(Object.entries(floods))("no more is parsed: %s", (_name, bytes) => {
  it.each(endings)("behind $name", async ({ bytes: ending, status, asks }) => {
    await withPending(
      async ({ server, port, next }) => {
        const offered = vi.fn((_request: IncomingMessage, socket: Socket) => void socket.destroy());
        server.on("upgrade", offered);
        const reported = vi.fn();
        server.on("clientError", reported);
        const client = connect(port, "127.0.0.1");
        const received = readAll(client);
        client.write(get + ending + bytes);
        const response = await next();
        const socket = response.socket!;
        const closed = flood(client, bytes);
        const before = socket.bytesRead;
        await eventually(() => expect(socket.bytesRead).toBeGreaterThan(before + 2 * bytes.length));
        expect(parsed).toBe(1 + asks);
        response.writeHead(200, { "Content-Length": 0 }).end();
        expect(answers(await received).map((each) => each.status)).toEqual([200, status]);
        await closed;
        expect([parsed, offered.mock.calls.length <= 1, reported.mock.calls.length <= 1]).toEqual([1 + asks, true, true]);
      },
      { onError() {} },
    );
  });
});

it("is read slowly while an earlier response keeps its answer waiting", () =>
  withPending(
    async ({ server, port, next }) => {
      const reported = once(server, "connection") as Promise<[Socket]>;
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(get + "s3cr3t\r\n\r\n");
      const [response, [socket]] = [await next(), await reported];
      const since = performance.now();
      const closed = flood(client, "x".repeat(1_000_000));
      await new Promise((done) => setTimeout(done, 500));
      const [bytes, time] = [socket.bytesRead, performance.now() - since];
      expect(bytes).toBeLessThan(65_536 * (time / 20 + 5));
      response.writeHead(200, { "Content-Length": 0 }).end();
      expect(answers(await received).map(({ status }) => status)).toEqual([200, 400]);
      await closed;
    },
    { onError() {} },
  ));

it("ends for a client that leaves while it is read slowly", () =>
  withPending(
    async ({ port, next }) => {
      const client = connect(port, "127.0.0.1");
      client.write(`${get}s3cr3t\r\n\r\n${"x".repeat(300_000)}`);
      const closed = once(await next(), "close");
      client.end();
      await closed;
    },
    { onError() {} },
  ));

it("is not parsed either when drain() closes it", () =>
  withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(request("POST /", { ...kept, "Content-Length": "10" }));
      const response = await next();
      await requestsArrived(server, 0);
      const drained = drain(server, patient);
      response.writeHead(200, { "Content-Length": 0 }).end();
      await once(client, "data");
      const closed = flood(client, floods.requests);
      expect(answers(await received)).toMatchObject([{ status: 200 }]);
      await Promise.all([closed, drained]);
      expect(parsed).toBe(1);
    },
    { onError() {} },
  ));

it("is closed when a client's 408 waits, and its content goes on", async () => {
  const server = guardServer(createServer(impatient), { onError() {} });
  const waiting: ServerResponse[] = [];
  server.on("request", (_request, response) => waiting.push(response));
  await visit(server, false, async (open) => {
    const client = open();
    const received = readAll(client);
    const late = once(server, "clientError");
    client.write(`${get}GET /act HTTP/1.1\r\nX: `);
    const { emit } = server;
    const isLate = new Promise<void>((resolve) => {
      server.emit = (event: string, ...args: unknown[]) => {
        if (event === "clientError") resolve();
        return Reflect.apply(emit, server, [event, ...args]) as boolean;
      };
    });
    await isLate;
    const { bytesRead: before } = waiting[0]!.socket!;
    const closed = flood(client, `a\r\nHost: a\r\n\r\n${floods.requests}`);
    await eventually(() => expect(waiting[0]!.socket!.bytesRead).toBeGreaterThan(before + floods.requests.length));
    expect(parsed).toBe(1);
    waiting[0]!.writeHead(200, { "Content-Length": 0 }).end();
    expect(answers(await received).map(({ status }) => status)).toEqual([200, 408]);
    await Promise.all([closed, late]);
  });
});

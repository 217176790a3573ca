// Where else a connection is when a request on it cannot be read: nothing is written into a response, and nothing is lost.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import express from "express";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { eventually } from "../patience.js";
import { request, withServer } from "../wire.js";
import { answers, kinds, send, visit } from "./guarded.js";

const kept = { Connection: "keep-alive" };
const good = request("GET /act", kept);
const badChunk = `${request("POST /act", { ...kept, "Transfer-Encoding": "chunked" })}s3cr3t\r\n`;
const garbage = "s3cr3t\r\n\r\n";

const onError = vi.fn<(problem: Problem) => void>();
const reported = () => onError.mock.calls.map(([{ status }]) => status);

/** What a client gets of a server whose listener is `act`. */
function got(act: (request: IncomingMessage, response: ServerResponse) => unknown, ...chunks: string[]) {
  onError.mockClear();
  return visit(guardServer(createServer(act), { onError }), false, (open) => send(open(), ...chunks));
}

describe.each(hosts)("$name", ({ create }) => {
  it.each(["at once", "later"])("answers what was asked for before, %s", async (when) => {
    const act = async (_request: IncomingMessage, response: ServerResponse) => {
      if (when === "later") await new Promise((done) => setTimeout(done, 20));
      response.statusCode = 200;
      response.end("content");
    };
    const [first, second, third, ...more] = answers(await got(create(act), good + good + garbage, garbage));
    expect([first, second, more]).toMatchObject([{ status: 200, text: "content" }, { text: "content" }, []]);
    expect(assertContract(third!)).toMatchObject({ status: 400, instance: "/" });
    expect(reported()).toEqual([400]);
  });

  it("answers for content that breaks while the application works, which may go on", async () => {
    let goOn = () => {};
    const isDone = new Promise<void>((done) => (goOn = done));
    const closed = vi.fn();
    const act = async (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader("Connection", "keep-alive");
      response.once("close", closed);
      await isDone;
      response.setHeader("x-late", "1");
      response.writeHead(200).write("much too ");
      response.end("late");
    };
    const bytes = await got(create(act), badChunk);
    const [answer, ...more] = answers(bytes);
    expect(assertContract(answer!)).toMatchObject({ status: 400, instance: "/act" });
    expect(answer!.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect([answer!.headers.get("connection"), more]).toEqual(["close", []]);
    goOn();
    await eventually(() => expect(closed).toHaveBeenCalledOnce());
    expect(reported()).toEqual([400]);
  });
});

describe.each(hosts)("$name, whose parser waits for the content", ({ create }) => {
  const json = { ...kept, "Content-Type": "application/json", "Transfer-Encoding": "chunked" };
  it.each([
    { name: "a bad chunk", bytes: `${request("POST /json", json)}s3cr3t\r\n` },
    { name: "half a chunk, and no more", bytes: `${request("POST /json", json)}9\r\ns3cr3t`, ends: true },
    { name: "half a head, and no more", bytes: "POST /json HTTP/1.1\r\nHost: s3cr3t", ends: true },
  ])("$name is reported once", async ({ bytes, ends }) => {
    onError.mockClear();
    const app = create(() => {}, { onError });
    const server = guardServer(createServer(app), { onError });
    const closed = new Promise((done) => server.on("connection", (socket) => socket.once("close", done)));
    const text = await visit(server, false, (open) => send(ends ? open().end(bytes) : open(), ends ? "" : bytes));
    const [answer, ...more] = answers(text);
    expect(assertContract(answer!)).toMatchObject({ status: 400 });
    await closed;
    await new Promise((done) => setImmediate(done));
    expect([more, reported()]).toEqual([[], [400]]);
  });
});

it("names the path as the client sent it", async () => {
  const bytes = await got(
    express().use("/act", () => {}),
    badChunk,
  );
  expect(assertContract(answers(bytes)[0]!)).toMatchObject({ instance: "/act" });
});

it("lets a response finish that has begun, then answers", async () => {
  const act = (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { "Content-Length": 8 }).write("much, ");
    setTimeout(() => response.end("so"), 20);
  };
  const [first, second, ...more] = answers(await got(act, good, garbage));
  expect([first, second, more]).toMatchObject([{ status: 200, text: "much, so" }, { status: 400 }, []]);
});

it("cuts a response whose own request turns out to be broken", async () => {
  const act = (_request: IncomingMessage, response: ServerResponse) => void response.write("content");
  const bytes = await got(act, badChunk.slice(0, -8), badChunk.slice(-8));
  expect(bytes).toMatch(/\r\n\r\n7\r\ncontent\r\n$/);
  expect(reported()).toEqual([400]);
});

it.each(["ended", "left"])("answers a request once: what follows the answer is dropped; it has %s", async (state) => {
  const act = (_request: IncomingMessage, response: ServerResponse) => void response.end("enough");
  const chunks = state === "ended" ? [badChunk] : [badChunk.slice(0, -8), badChunk.slice(-8)];
  const [answer, ...more] = answers(await got(act, ...chunks));
  expect([answer, more, reported()]).toMatchObject([{ status: 200, text: "enough" }, [], []]);
});

it("keeps an answer from what comes behind the last request", async () => {
  const act = async (_request: IncomingMessage, response: ServerResponse) => {
    await new Promise((done) => setImmediate(done));
    response.end("content");
  };
  const [answer, ...more] = answers(await got(act, request("GET /") + garbage));
  expect([answer, more, reported()]).toMatchObject([{ status: 200, text: "content" }, [], []]);
});

it.each([
  { name: "a request", bytes: good },
  { name: "a tunnel", bytes: request("CONNECT a:1") },
  { name: "an upgrade", bytes: request("GET /", { Connection: "Upgrade", Upgrade: "a" }) },
])("lets nobody have what is pipelined behind a refused request: $name", async ({ bytes }) => {
  const act = vi.fn((_request: IncomingMessage, reply: ServerResponse | Duplex) => void reply.end());
  const server = createServer(act).on("connect", act).on("upgrade", act);
  const noHost = "GET / HTTP/1.1\r\n\r\n";
  const [answer, ...more] = answers(await visit(guardServer(server), false, (open) => send(open(), noHost + bytes, bytes)));
  expect(assertContract(answer!)).toMatchObject({ status: 400 });
  expect([more, act.mock.calls]).toEqual([[], []]);
});

/** What makes the server answer while the client goes on sending. */
const unread = [
  { name: "garbage", bytes: garbage },
  { name: "content that breaks", bytes: badChunk },
  { name: "content of a refused request", bytes: "POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n" },
  { name: "a tunnel", bytes: request("CONNECT a:1") },
  {
    name: "content behind a refused request",
    bytes: `GET / HTTP/1.1\r\n\r\n${request("POST /", { ...kept, "Content-Length": "99000000" })}`,
  },
];

describe.each(kinds)("the answer outlives 16 MB that nobody reads, $name", ({ isSecure, create }) => {
  it.each(unread)("$name", async ({ bytes }) => {
    const text = await visit(
      create(() => new Promise(() => {})),
      isSecure,
      async (open) => {
        const socket = open();
        const closed = once(socket, "close").catch(() => {}); // the answer is what counts
        socket.write(bytes);
        for (let sent = 0; sent < 16; sent++) {
          const isFull = !socket.write("s".repeat(1_048_576));
          if (isFull && socket.writable) await Promise.race([once(socket, "drain"), closed]);
        }
        return send(socket);
      },
    );
    assertContract(answers(text)[0]!);
  });
});

it("gives up a client that never stops sending", async () => {
  const server = guardServer(createServer());
  await withServer(server, async (port) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).resume();
    const timer = setInterval(() => socket.write(garbage), 10);
    await new Promise((done) => socket.on("error", () => {}).on("close", done));
    clearInterval(timer);
  });
});

/** What has come of a request when its connection breaks. */
const unfinished = [
  { name: "before the answer", bytes: good, act: () => {} },
  { name: "amid the answer", bytes: badChunk.slice(0, -8), act: (response: ServerResponse) => void response.write("content") },
  { name: "before a tunnel's turn", bytes: good + request("CONNECT a:1"), act: () => {} },
];

it.each(unfinished)("leaves a broken connection alone: $name", async ({ bytes, act }) => {
  onError.mockClear();
  const stderr = vi.spyOn(process.stderr, "write");
  const server = guardServer(createServer(), { onError });
  await visit(server, false, async (open) => {
    const client = open();
    client.write(bytes);
    const [{ socket }, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    act(response);
    await eventually(() => expect(socket.bytesRead).toBe(bytes.length));
    client.resetAndDestroy();
    await new Promise((done) => socket.once("close", done));
  });
  expect([onError.mock.calls, stderr.mock.calls]).toEqual([[], []]);
  stderr.mockRestore();
});

it("emits to listeners a connection that broke", async () => {
  const server = guardServer(createServer());
  await visit(server, false, async (open) => {
    const client = open();
    client.write(good);
    await once(server, "request");
    const failed = once(server, "clientError");
    client.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: "ECONNRESET" }, { destroyed: true }]);
  });
});

it("calls other listeners when the connection is closed, so that they cannot write", async () => {
  const listener = vi.fn((_error: Error, socket: Socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    else socket.destroy();
  });
  const server = createServer((_request, response) => void setTimeout(() => response.end("content"), 20));
  server.on("clientError", listener as never);
  const closed = new Promise((done) => server.on("connection", (socket) => socket.once("close", done)));
  const text = await visit(guardServer(server), false, async (open) => {
    const bytes = await send(open(), good + garbage, garbage);
    await closed;
    return bytes;
  });
  expect(answers(text)).toMatchObject([{ status: 200, text: "content" }, { status: 400 }]);
  expect(listener.mock.calls.map(([error]) => (error as NodeJS.ErrnoException).code)).toEqual(["HPE_INVALID_METHOD"]);
});

// Requests that can be read, but that Node answers by itself, drops, or hands to nobody.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { createProxyMiddleware } from "http-proxy-middleware";
import { WebSocketServer } from "ws";
import { assertContract, assertHead } from "../assert-contract.js";
import { request, withServer } from "../wire.js";
import { answers, kinds, send, visit } from "./guarded.js";

const onError = vi.fn<(problem: Problem) => void>();
const reported = () => onError.mock.calls.splice(0).map(([{ status, receivedStatus }]) => [status, receivedStatus]);
const kept = { Connection: "keep-alive" };

const refused = [
  { name: "no Host", bytes: "GET /act HTTP/1.1\r\n\r\n", status: 400 },
  { name: "no Host, expecting 100-continue", bytes: "GET /act HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", status: 400 },
  { name: "two Hosts", bytes: request("GET /act", { ...kept, host: "s3cr3t" }), status: 400 },
  { name: "two Hosts of HTTP/1.0", bytes: "GET /act HTTP/1.0\r\nHost: a\r\nHost: s3cr3t\r\n\r\n", status: 400 },
  { name: "HTTP/2.0 in the words of HTTP/1", bytes: request("GET /act", kept).replace("1.1", "2.0"), status: 400 },
  {
    name: "chunks of HTTP/1.0", // who does not know chunks takes the second one for a request
    bytes: `${request("POST /act", { ...kept, "Transfer-Encoding": "chunked" }).replace("1.1", "1.0")}0\r\n\r\n`,
    status: 400,
  },
  ...Object.entries({
    foo: 400,
    identity: 400,
    "chunked, chunked": 400,
    "chunked, gzip": 400,
    "chunked;q=1": 400,
    '"chunked"': 400,
    'gzip;a="b,chunked"': 400,
    xchunked: 400,
    "chunked,": 400,
    ",": 400,
    " ": 400,
    "chunked\u00a0": 400,
    "foo\r\nTransfer-Encoding: bar": 400,
    "chunked\r\nTransfer-Encoding: chunked": 400,
    "chunked\r\nTransfer-Encoding: gzip": 400,
    "foo, chunked": 501,
    "gzip, chunked": 501,
    "GZIP ,\tChunked": 501,
    "identity, chunked": 501,
    ",gzip,,chunked": 501,
    'foo;a="x, y", chunked': 501,
    "gzip\r\ntransfer-encoding: chunked": 501,
  }).flatMap(([coding, status]) =>
    [{ ...kept }, { ...kept, Expect: "100-continue" }].map((fields) => ({
      name: `Transfer-Encoding: ${JSON.stringify(coding)}${"Expect" in fields ? " that expects 100-continue" : ""}`,
      bytes: `${request("POST /act", { ...fields, "Transfer-Encoding": coding })}3\r\nabc\r\n0\r\n\r\n`,
      status,
    })),
  ),
  {
    name: "an unknown Transfer-Encoding of HTTP/1.0",
    bytes: request("POST /act", { ...kept, "Transfer-Encoding": "foo" }).replace("1.1", "1.0"),
    status: 400,
  },
  { name: "an expectation", bytes: request("POST /act", { ...kept, Expect: "s3cr3t" }, "content"), status: 400, received: 417 },
  { name: "a tunnel", bytes: request("CONNECT s3cr3t.example:443"), status: 501 },
];

/** What an application answers by itself: nothing is different for a guarded server. */
const routed = [
  { name: "an asterisk", bytes: request("OPTIONS *"), status: 404, instance: "*" },
  { name: "TRACE", bytes: request("TRACE /act", { a: "s3cr3t" }), status: 501, instance: "/act" },
  { name: "an absolute form", bytes: request("GET http://s3cr3t.example/none"), status: 404, instance: "/none" },
  {
    name: "an upgrade",
    bytes: request("GET /none", { Connection: "Upgrade, close", Upgrade: "a" }),
    status: 404,
    instance: "/none",
  },
  { name: "HTTP/1.0 without a Host", bytes: "GET /none HTTP/1.0\r\n\r\n", status: 404, instance: "/none" },
];

describe.each(kinds)("$name", ({ isSecure, create }) => {
  it.each(refused)("refuses $name", async ({ bytes, status, received }) => {
    const act = vi.fn();
    const more = request("GET /act", kept);
    const [answer, ...others] = answers(await visit(create(act, { onError }), isSecure, (open) => send(open(), bytes + more)));
    assertContract(answer!);
    expect([answer!.status, answer!.headers.get("connection"), others]).toEqual([status, "close", []]);
    expect([reported(), act.mock.calls]).toEqual([[[status, received]], []]);
  });

  it.each(routed)("leaves $name to the application", async ({ bytes, status, instance }) => {
    const text = await visit(create(vi.fn(), { onError }), isSecure, (open) => send(open(), bytes));
    expect(assertContract(answers(text)[0]!)).toMatchObject({ status, instance });
    expect(reported()).toEqual([]);
  });

  it.each(["chunked", "Chunked", "CHUNKED ", " \tchunked", ",chunked", ", ,\tchunked"])("accepts %j", async (coding) => {
    const bytes = `${request("POST /none", { "Transfer-Encoding": coding })}3\r\nabc\r\n0\r\n\r\n`;
    const text = await visit(create(vi.fn(), { onError }), isSecure, (open) => send(open(), bytes));
    expect(answers(text)).toMatchObject([{ status: 404 }]);
  });

  it("gives the application a coding with a tab behind it, whose content Node refuses", async () => {
    const read = vi.fn((incoming: IncomingMessage, response: ServerResponse) => {
      incoming.resume().on("end", () => response.end("content"));
    });
    const bytes = `${request("POST /act", { "Transfer-Encoding": "chunked\t" })}3\r\nabc\r\n0\r\n\r\n`;
    const text = await visit(create(read, { onError }), isSecure, (open) => send(open(), bytes));
    expect(assertContract(answers(text)[0]!)).toMatchObject({ status: 400 });
    expect(read).toHaveBeenCalledTimes(1);
    expect(reported()).toEqual([[400, undefined]]);
  });

  it("sends a client the 100 that it expects, then leaves it to the application", async () => {
    const bytes = request("POST /none", { Expect: "100-continue" }, "content");
    const [first, second] = answers(await visit(create(vi.fn(), { onError }), isSecure, (open) => send(open(), bytes)));
    expect([first, second]).toMatchObject([{ status: 100 }, { status: 404 }]);
  });

  it.each(["in one chunk", "one after another"])("refuses requests beyond maxRequestsPerSocket, %s", async (how) => {
    const act = vi.fn((_request: IncomingMessage, response: ServerResponse) => {
      response.statusCode = 200;
      response.end("content");
    });
    const server = create(act, { onError });
    server.maxRequestsPerSocket = 2;
    const dropped = vi.fn();
    server.on("dropRequest", dropped);
    const one = request("GET /act", kept);
    const chunks = how === "in one chunk" ? [one + one + one + one] : [one, one, one];
    const stderr = vi.spyOn(process.stderr, "write");
    const [first, second, third, ...more] = answers(await visit(server, isSecure, (open) => send(open(), ...chunks)));
    expect([first, second, more]).toMatchObject([{ text: "content" }, { text: "content" }, []]);
    expect([act.mock.calls.length, stderr.mock.calls, reported()]).toEqual([2, [], [[503, undefined]]]);
    expect(assertContract(third!)).toMatchObject({ status: 503, instance: "/act" });
    expect(dropped).toHaveBeenCalled();
    stderr.mockRestore();
  });
});

/** What a server gives back that is not one of the kinds. */
const got = (server: Server, ...chunks: string[]) => visit(server, false, (open) => send(open(), ...chunks));

it("does not trouble the operator with a 5xx that is a client's doing", async () => {
  const stderr = vi.spyOn(process.stderr, "write");
  const one = request("GET /", kept);
  const server = Object.assign(
    createServer((_request, response) => response.end()),
    { maxRequestsPerSocket: 1 },
  );
  expect(answers(await got(guardServer(server), one + one))).toMatchObject([{ status: 200 }, { status: 503 }]);
  expect(answers(await got(guardServer(createServer()), request("CONNECT a:1")))).toMatchObject([{ status: 501 }]);
  expect(stderr.mock.calls).toEqual([]);
  stderr.mockRestore();
});

it("does not ask for a Host where the server does not", async () => {
  const act = (_request: IncomingMessage, response: ServerResponse) => void response.end("content");
  const bytes = await got(
    guardServer(createServer({ requireHostHeader: false }, act)),
    "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
  );
  expect(answers(bytes)).toMatchObject([{ status: 200 }]);
});

it("gives no content in answer to HEAD", async () => {
  const bytes = await got(guardServer(createServer()), "HEAD / HTTP/1.1\r\n\r\n");
  expect(bytes).toMatch(/^HTTP\/1.1 400 [^]*\r\n\r\n$/);
  assertHead(answers(bytes.replace(/content-length.*\r\n/i, (line) => line))[0]!);
});

describe("what the server's own listeners take is theirs", () => {
  const answer = (_request: unknown, response: ServerResponse) => void response.end("content");
  const raw = (_request: unknown, socket: Duplex) => void socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  it.each([
    { event: "checkExpectation", listener: answer, bytes: request("GET /", { Expect: "a" }) },
    { event: "checkContinue", listener: answer, bytes: request("GET /", { Expect: "100-continue" }) },
    { event: "connect", listener: raw, bytes: request("CONNECT a:1") },
    { event: "upgrade", listener: raw, bytes: request("GET /", { Connection: "Upgrade", Upgrade: "a" }) },
  ])("$event", async ({ event, listener, bytes }) => {
    const before = createServer().on(event, listener as never);
    const after = guardServer(createServer()).on(event, listener as never);
    for (const server of [guardServer(before), after]) expect(answers(await got(server, bytes))).toMatchObject([{ status: 200 }]);
  });
});

it.each(["", "Host: a\r\nHost: s3cr3t\r\n"])("offers no upgrade to listeners whose Host is wrong: %j", async (hosts) => {
  const listener = vi.fn((_request: unknown, socket: Duplex) => void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  const server = guardServer(createServer().on("upgrade", listener), { onError });
  const [answer] = answers(await got(server, `GET / HTTP/1.1\r\n${hosts}Connection: Upgrade\r\nUpgrade: a\r\n\r\n`));
  expect(assertContract(answer!)).toMatchObject({ status: 400 });
  expect([reported(), listener.mock.calls]).toEqual([[[400, undefined]], []]);
});

describe("upgrades that nobody takes", () => {
  const tick = async () => void (await new Promise((done) => process.nextTick(done)));
  const upgrade = request("GET /chat?s3cr3t", { Connection: "Upgrade", Upgrade: "a" });

  it.each([
    { name: "destroyed", listener: (_: unknown, socket: Duplex) => void socket.destroy() },
    { name: "destroyed with an error", listener: (_: unknown, socket: Duplex) => void socket.destroy(new Error("s3cr3t")) },
    { name: "destroyed later", listener: async (_: unknown, socket: Duplex) => void (await tick(), socket.destroy()) },
  ])("are answered: $name", async ({ listener }) => {
    const server = createServer().on("upgrade", listener);
    const [answer] = answers(await got(guardServer(server, { onError }), upgrade));
    expect(assertContract(answer!)).toMatchObject({ status: 404, instance: "/chat" });
    expect(reported()).toEqual([[404, undefined]]);
  });

  it.each(["HTTP/1.1 401 Unauthorized\r\n\r\n", ""])("are closed after what a listener has ended with: %j", async (written) => {
    for (const wait of [() => {}, tick]) {
      const server = createServer().on("upgrade", async (_request, socket) => {
        await wait();
        socket.end(written);
        socket.destroy();
      });
      const closed = once(server, "connection").then(([socket]) => once(socket as Duplex, "close"));
      await withServer(guardServer(server, { onError }), async (port) => {
        const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true }); // waits for the server to close it
        client.write(upgrade);
        expect(String(Buffer.concat(await client.toArray()))).toBe(written);
        await closed;
        client.destroy();
      });
      expect(reported()).toEqual([]);
    }
  });

  it.each(["HEAD, websocket", "GET, h2c"])("are answered though http-proxy-middleware takes its time: %s", async (what) => {
    const [method, protocol] = what.split(", ") as [string, string];
    const { upgrade } = createProxyMiddleware({ target: "http://127.0.0.1:9" });
    const server = createServer().on("upgrade", upgrade as never);
    const bytes = await got(guardServer(server), request(`${method} /chat`, { Connection: "Upgrade", Upgrade: protocol }));
    expect(bytes).toMatch(/^HTTP\/1.1 404 /);
    if (method === "GET") assertContract(answers(bytes)[0]!);
  });

  it("are ws's own matter, which closes the connection", async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server, path: "/elsewhere" });
    const closed = once(server, "connection").then(([socket]) => once(socket as Duplex, "close"));
    await withServer(guardServer(server), async (port) => {
      const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true }); // waits for the server to close it
      client.write(upgrade);
      expect(String(Buffer.concat(await client.toArray()))).toMatch(/^HTTP\/1.1 4\d\d /);
      await closed;
      client.destroy();
    });
    sockets.close();
  });

  it("have one answer where the listener writes it, though another response is under way", async () => {
    const server = createServer((_request, response) => void setTimeout(() => response.end("content"), 20));
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 401 Unauthorized\r\n\r\n");
      socket.destroy();
    });
    expect(await got(guardServer(server, { onError }), request("GET /", kept) + upgrade)).not.toContain(" 404 ");
    expect(reported()).toEqual([]);
  });

  it.each([
    { when: "at once", wait: (act: () => void) => process.nextTick(act) },
    { when: "later", wait: (act: () => void) => setTimeout(act, 20) },
  ])("do not go between the answers of other requests, which leave $when", async ({ wait }) => {
    const server = createServer((_request, response) => void wait(() => response.end("content")));
    server.on("upgrade", (_request, socket) => void socket.destroy());
    const bytes = await got(guardServer(server), request("GET /", kept) + upgrade);
    expect(answers(bytes)).toMatchObject([{ status: 200, text: "content" }, { status: 404 }]);
  });
});

// What fgProxy() makes of upstreams that fail, and of clients that leave, with every library.
import { once } from "node:events";
import { Agent, createServer, request as send } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { connect, createServer as createRawServer, type Socket } from "node:net";
import { describe, expect, it, vi, type Mock } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually, scaled } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries, type Settings } from "./proxy-libraries.js";

const raw = (act: (socket: Socket) => unknown) =>
  createRawServer((socket) => socket.on("error", () => {}).once("data", () => act(socket))) as unknown as Server;

/** Of a success: nothing of it may be left on what is sent in its place. */
const head = "HTTP/1.1 200 OK\r\nServer: s3cr3t\r\nX-Request-Id: s3cr3t\r\nSet-Cookie: s3cr3t\r\nX-Gateway: s3cr3t\r\n";

/** Settles when the first connection is closed, however that comes about. */
const closing = (upstream: Server) =>
  new Promise((resolve) => upstream.once("connection", (socket: Socket) => socket.once("close", resolve)));

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  /** Settles with what the client got, and what was reported. */
  async function ask(upstream: Server | RequestListener, bytes = request("GET /orders?token=s3cr3t"), given: Settings = {}) {
    const onError = vi.fn();
    const options = { ...given.options, onError };
    const got = await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { proxyTimeout: scaled(300) }, ...given, options }, (port) =>
        exchange(port, bytes),
      ),
    );
    return { bytes: got, reported: onError.mock.calls.map(([problem]) => problem as Record<string, unknown>) };
  }

  it.each<[string, (socket: Socket) => unknown, number, string]>([
    ["a reset", (socket) => socket.resetAndDestroy(), 502, "connection_terminated"],
    ["a connection that ends", (socket) => socket.end(), 502, "connection_terminated"],
    ["half a head", (socket) => socket.end("HTTP/1.1 200 OK\r\nX-Half: s3c"), 502, "connection_terminated"],
    ["garbage", (socket) => socket.end("s3cr3t\r\n\r\n"), 502, "http_protocol_error"],
    ["silence", () => {}, 504, "http_response_timeout"],
    [
      "a head and a reset",
      (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n`, () => socket.resetAndDestroy()),
      502,
      "http_response_incomplete",
    ],
    ["a head and silence", (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n`), 504, "connection_read_timeout"],
    [
      "a bad first chunk",
      (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\ns3cr3t\r\n`),
      502,
      "http_response_transfer_coding",
    ],
    [
      "content and a bad chunk at once",
      (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\ns3cr3t\r\n`),
      502,
      "http_response_transfer_coding",
    ],
    [
      "101 that nobody asked for",
      (socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: s3cr3t\r\n\r\n"),
      502,
      "http_upgrade_failed",
    ],
    ["101 to nothing", (socket) => socket.write("HTTP/1.1 101 s3cr3t\r\n\r\n"), 502, "http_upgrade_failed"],
    ["status 99", (socket) => socket.end("HTTP/1.1 099 s3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t"), 502, "http_protocol_error"],
    ["status 999", (socket) => socket.end("HTTP/1.1 999 s3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t"), 502, "http_protocol_error"],
  ])("answers for %s, and reports it once", async (_what, act, status, proxyError) => {
    const { bytes, reported } = await ask(raw(act));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status, instance: "/orders" });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toMatchObject([{ status, proxyError }]);
  });

  it("keeps what the gateway has set, and the connection, when content breaks before it has begun", async () => {
    const start = (_request: unknown, response: ServerResponse) =>
      response.setHeader("X-Gateway", "1").setHeader("X-Request-Id", "own-17").setHeader("X-Alone", "1");
    const upstream = raw((socket) => socket.write(`${head}Content-Length: 9\r\n\r\n`, () => socket.resetAndDestroy()));
    const lines = request("GET /1", { Connection: "keep-alive" }) + request("GET /2");
    const { bytes } = await ask(upstream, lines, { handlers: { start } });
    const answers = bytes.split(/(?=HTTP\/1\.1 )/).map(parseAnswer);
    expect(answers.map((answer) => assertContract(answer))).toMatchObject([{ instance: "/1" }, { instance: "/2" }]);
    for (const { headers } of answers) {
      const kept = { "x-gateway": "1", "x-alone": "1", "x-request-id": "own-17" };
      expect(Object.fromEntries(headers)).toMatchObject(kept);
    }
    expect(bytes).not.toContain("s3cr3t");
  });

  it("closes a connection on which the upstream sends another protocol unasked", async () => {
    const upstream = raw((socket) => socket.write("HTTP/1.1 101 Other\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"));
    const closed = closing(upstream);
    await ask(upstream);
    await closed;
  });

  it("answers for an upstream that is not there", async () => {
    const port = await closedPort();
    const onError = vi.fn();
    const bytes = await behind(library, port, { options: { onError } }, (gateway) => exchange(gateway, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(bytes).not.toContain(`${port}`);
    expect(onError.mock.calls).toMatchObject([[{ proxyError: "connection_refused" }, {}]]);
  });

  it.each<[string, string, (socket: Socket) => unknown, string]>([
    ["a reset", "Content-Length: 99", (socket) => socket.resetAndDestroy(), "http_response_incomplete"],
    ["an early end", "Content-Length: 99", (socket) => socket.end(), "http_response_incomplete"],
    ["a missing last chunk", "Transfer-Encoding: chunked", (socket) => socket.end("4\r\nmore\r\n"), "http_response_incomplete"],
    ["a bad chunk", "Transfer-Encoding: chunked", (socket) => socket.end("s3cr3t\r\n"), "http_response_transfer_coding"],
    ["silence", "Content-Length: 99", () => {}, "connection_read_timeout"],
  ])("cuts the response at %s in mid-content, and reports it once", async (_what, framing, act, proxyError) => {
    const first = framing.startsWith("Content") ? "content" : "7\r\ncontent\r\n";
    const [onError, sockets]: [Mock, Socket[]] = [vi.fn(), []];
    const upstream = raw((socket) => {
      sockets.push(socket);
      socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${first}`);
    });
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { proxyTimeout: scaled(300) }, options: { onError } }, async (port) => {
        const reply = await fetch(`http://127.0.0.1:${port}/`);
        expect(reply.status).toBe(200);
        act(sockets[0]!);
        await expect(reply.text()).rejects.toThrow();
      }),
    );
    expect(onError.mock.calls).toMatchObject([[{ proxyError }, { responseStarted: true }]]);
  });

  it.each(["identity", "endless"])("relays an error reply (%s) with the fields that the library rewrites", async (kind) => {
    const upstream = createServer();
    const closed = closing(upstream);
    upstream.on("request", (_request, response) => {
      response.setHeader("Set-Cookie", "a=1; Domain=inside").setHeader("X-Secret", "s3cr3t").setHeader("Connection", "x-secret");
      response
        .writeHead(404, { "Content-Type": "text/plain", "Content-Language": "en", Server: "s3cr3t" })
        .write("No such order");
      if (kind === "identity") response.end();
      else setInterval(() => response.write(" ".repeat(1_000_000)), 1).unref();
    });
    const { bytes, reported } = await ask(upstream, undefined, { settings: { cookieDomainRewrite: "shop.example" } });
    const answer = parseAnswer(bytes);
    expect(assertContract(answer)).toMatchObject({ status: 404, detail: "No such order" });
    expect(answer.headers.getSetCookie()).toEqual(["a=1; Domain=shop.example"]);
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toHaveLength(1);
    await closed;
  });

  it("answers an upload that the upstream refuses early, and sends no more of it", async () => {
    const [agent, client, onError] = [new Agent(), new Agent({ keepAlive: true }), vi.fn()];
    const upstream = raw((socket) => socket.pause().write("HTTP/1.1 413 Enough\r\nContent-Length: 0\r\n\r\n"));
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { agent }, options: { onError } }, async (port) => {
        const upload = send({ port, method: "POST", agent: client }).end(Buffer.alloc(20_000_000));
        const [reply] = (await once(upload, "response")) as [IncomingMessage];
        expect(JSON.parse(String(Buffer.concat(await reply.toArray())))).toMatchObject({ status: 400 });
        await eventually(() => expect(agent.sockets).toEqual({}));
      }),
    );
    client.destroy();
    expect(onError.mock.calls).toMatchObject([[{ status: 400, receivedStatus: 413 }, {}]]);
  });

  it.each<[string, string, boolean]>([
    ["before the head", request("GET /"), false],
    ["in mid-content", request("GET /"), true],
    ["in mid-upload", request("POST /", { "Content-Length": "99" }, "some"), false],
  ])("ends the exchange with the upstream when the client leaves %s, and reports nothing", async (_when, bytes, begins) => {
    const [onError, stderr] = [vi.fn(), vi.spyOn(process.stderr, "write")];
    const upstream = createServer((_request, response) => void (begins && response.write("content")));
    const [reached, closed] = [once(upstream, "request"), closing(upstream)];
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { options: { onError } }, async (port) => {
        const client = connect(port, "127.0.0.1", () => client.write(bytes));
        await (begins ? once(client, "data") : reached);
        client.resetAndDestroy();
        await closed;
      }),
    );
    expect(onError).not.toHaveBeenCalled();
    expect(stderr).not.toHaveBeenCalled();
  });
});

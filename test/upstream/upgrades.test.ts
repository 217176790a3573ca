// WebSockets through every library that fgProxy() is made for: each upgrade that fails is answered on the socket, and closed.
import { once } from "node:events";
import { createServer, type ClientRequest, type Server } from "node:http";
import { connect, createServer as createRawServer, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { assertContract } from "../assert-contract.js";
import { scaled } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries, type Settings } from "./proxy-libraries.js";

const raw = (act: (socket: Socket) => unknown) =>
  createRawServer((socket) => socket.on("error", () => {}).once("data", () => act(socket))) as unknown as Server;

const replying = (head: string, body = "") => raw((socket) => socket.write(`HTTP/1.1 ${head}\r\nX-Inside: 1\r\n\r\n${body}`));

const upgrade = (headers: Readonly<Record<string, string>> = {}) =>
  request("GET /chat?token=s3cr3t", {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  });

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  async function ask(upstream: Server, given: Settings = {}, bytes = upgrade()) {
    const onError = vi.fn();
    const options = { ...given.options, onError };
    const got = await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { proxyTimeout: scaled(300) }, ...given, options }, (port) =>
        exchange(port, bytes),
      ),
    );
    return { bytes: got, answer: parseAnswer(got), reported: onError.mock.calls.map(([problem]) => problem as object) };
  }

  it.each<[string, Server, object, object]>([
    ["a reset", raw((socket) => socket.resetAndDestroy()), { status: 502 }, { proxyError: "connection_terminated" }],
    ["garbage", raw((socket) => socket.write("s3cr3t\r\n\r\n")), { status: 502 }, { proxyError: "http_protocol_error" }],
    ["silence", raw(() => {}), { status: 504 }, { proxyError: "http_response_timeout" }],
    [
      "a 401",
      replying("401 No\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=1\r\nContent-Length: 6", "s3cr3t"),
      { status: 401 },
      {},
    ],
    [
      "a 404 with words",
      replying(
        "404 No\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked",
        '15\r\n{"detail":"No chat."}\r\n0\r\n\r\n',
      ),
      { status: 404, detail: "No chat." },
      {},
    ],
    ["a 503", replying("503 No\r\nRetry-After: 7\r\nContent-Length: 6", "s3cr3t"), { status: 503 }, { upstreamStatus: 503 }],
    [
      "a 200",
      replying("200 OK\r\nContent-Length: 6", "s3cr3t"),
      { status: 502 },
      { proxyError: "http_upgrade_failed", upstreamStatus: 200 },
    ],
    [
      "a 302",
      replying("302 Found\r\nLocation: http://s3cr3t/"),
      { status: 502 },
      { proxyError: "http_upgrade_failed", upstreamStatus: 302 },
    ],
    ["status 999", replying("999 s3cr3t"), { status: 502 }, { proxyError: "http_protocol_error", upstreamStatus: 999 }],
    ["an error that breaks off", replying("404 No\r\nContent-Length: 99", "s3cr3t"), { status: 404 }, {}],
  ])("answers %s, and closes", async (what, upstream, body, problem) => {
    const { bytes, answer, reported } = await ask(upstream, { options: { proxyName: "edge-1" } });
    expect(bytes).toMatch(/^HTTP\/1\.1 [45]\d\d [A-Z]/);
    expect(assertContract(answer)).toMatchObject({ ...body, instance: "/chat" });
    expect(answer.headers.get("connection")).toBe("close");
    expect(answer.headers.get("date")).not.toBe(null);
    expect(answer.headers.get("proxy-status")).toMatch(/^edge-1/);
    expect(answer.headers.has("upgrade")).toBe(false);
    if (what === "a 401")
      expect([answer.headers.get("www-authenticate"), answer.headers.get("set-cookie")]).toEqual(["Basic", "a=1"]);
    if (what === "a 503") expect(answer.headers.get("retry-after")).toBe("7");
    if (what !== "a 404 with words") expect(bytes).not.toContain("s3cr3t");
    expect(reported).toMatchObject([problem]);
  });

  it("answers an error that is reset when some of its content has come", async () => {
    const sockets: Socket[] = [];
    const upstream = raw((socket) => {
      sockets.push(socket);
      socket.write("HTTP/1.1 404 No\r\nContent-Length: 20\r\n\r\n{}");
    });
    // A reset that comes along with content would pass for an end.
    const proxyReqWs = (outgoing: ClientRequest) =>
      outgoing.once("socket", (socket) => socket.once("data", () => sockets[0]!.resetAndDestroy()));
    const { answer, reported } = await ask(upstream, { handlers: { proxyReqWs } });
    expect(assertContract(answer)).toMatchObject({ status: 404, instance: "/chat" });
    expect(reported).toMatchObject([{ upstreamStatus: 404 }]);
  });

  it("answers for an upstream that is not there", async () => {
    const port = await closedPort();
    const bytes = await behind(library, port, {}, (gateway) => exchange(gateway, upgrade()));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(bytes).not.toContain(`${port}`);
  });

  it("lets what succeeds through, and cuts it when the upstream breaks", async () => {
    const [upstream, onError] = [createServer(), vi.fn()];
    const sockets: Socket[] = [];
    new WebSocketServer({ server: upstream }).on("connection", (peer, { socket }) => {
      sockets.push(socket);
      peer.on("message", (data) => peer.send(`${String(data)} back`));
    });
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { proxyTimeout: scaled(500) }, options: { onError } }, async (port) => {
        const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
        await once(client, "open");
        for (const word of ["there", "and"]) {
          client.send(word);
          expect(String((await once(client, "message"))[0])).toBe(`${word} back`);
          await new Promise((resolve) => setTimeout(resolve, scaled(550))); // no time limit counts any more
        }
        expect(onError).not.toHaveBeenCalled();
        const frames = vi.fn();
        client.on("message", frames);
        sockets[0]!.resetAndDestroy();
        expect(await once(client, "close")).toMatchObject([1006, Buffer.alloc(0)]);
        expect(frames).not.toHaveBeenCalled();
      }),
    );
    expect(onError.mock.calls).toMatchObject([
      [{ proxyError: "connection_terminated" }, { responseStarted: true, instance: "/chat" }],
    ]);
  });

  it.each([
    ["before the upstream has answered", false],
    ["afterwards", true],
  ])("ends the exchange with the upstream when the client leaves %s, and reports nothing", async (_when, accepted) => {
    const onError = vi.fn();
    const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let reach = () => {};
    const reached = new Promise<void>((resolve) => (reach = resolve));
    let close = () => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const upstream = raw((socket) => {
      socket.once("close", close).resume();
      if (accepted) socket.write(head);
      reach();
    });
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { options: { onError } }, async (port) => {
        const client = connect(port, "127.0.0.1", () => client.write(upgrade()));
        await reached;
        if (accepted) await once(client, "data");
        client.resetAndDestroy();
        await closed;
      }),
    );
    expect(onError).not.toHaveBeenCalled();
  });

  it("refuses what has been here before", async () => {
    const onRequest = vi.fn();
    const upstream = createServer().on("upgrade", onRequest);
    const { answer, reported } = await ask(
      upstream,
      { options: { proxyName: "edge-1" } },
      upgrade({ Via: "1.1 cache, 1.1 EDGE-1" }),
    );
    expect(assertContract(answer)).toMatchObject({ status: 502 });
    expect(reported).toMatchObject([{ proxyError: "proxy_loop_detected" }]);
    expect(onRequest).not.toHaveBeenCalled();
  });

  it("signs what it hands on, and answers what a handler of the user's throws", async () => {
    const onRequest = vi.fn((_request: unknown, socket: Socket) => socket.end("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"));
    const upstream = createServer().on("upgrade", onRequest);
    const given = { options: { proxyName: "edge-1" } };
    await ask(upstream, given, upgrade({ Via: "1.0 cache" }));
    expect(onRequest.mock.calls[0]![0]).toMatchObject({ headers: { via: "1.0 cache, 1.1 edge-1" } });
    const proxyReqWs = () => {
      throw new Error("s3cr3t");
    };
    const { bytes, answer, reported } = await ask(createServer().on("upgrade", onRequest), {
      ...given,
      handlers: { proxyReqWs },
    });
    expect(assertContract(answer)).toMatchObject({ status: 500 });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toHaveLength(1);
    expect(onRequest).toHaveBeenCalledOnce();
  });
});

it("httpxy's own time limit for upgrades is answered", async () => {
  const httpxy = libraries.find(({ name }) => name === "httpxy")!;
  await withServer(
    raw(() => {}),
    (upstreamPort) =>
      behind(httpxy, upstreamPort, { settings: { upgradeTimeout: scaled(100) } }, async (port) => {
        expect(assertContract(parseAnswer(await exchange(port, upgrade())))).toMatchObject({ status: 504 });
      }),
  );
});

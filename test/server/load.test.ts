// maxInFlight: what is too much is refused before the application is reached.
import { once } from "node:events";
import { createServer, Server, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2, type Http2Server } from "node:http2";
import { connect, type AddressInfo, type Socket } from "node:net";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { trackConnections } from "../../packages/core/src/server/connections.js";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { deferred, readAll, withPending } from "./drained.js";
import { answers, kinds, visit } from "./guarded.js";

const get = request("GET /act", { Connection: "keep-alive" });
const last = request("GET /act");

/** One answer on a connection that is kept. */
async function ask(socket: Socket, bytes = get): Promise<Answer> {
  socket.write(bytes);
  let received = "";
  while (answers(received).length === 0 || !isWhole(received)) received += `${(await once(socket, "data"))[0] as Buffer}`;
  return parseAnswer(received);
}

function isWhole(received: string): boolean {
  const { headers, text } = parseAnswer(received);
  return received.includes("\r\n\r\n") && text.length >= Number(headers.get("content-length"));
}

describe.each(kinds)("$name", ({ isSecure, create }) => {
  it("refuses what is too much, until there is room again", async () => {
    const [asked, finish] = [deferred(), deferred()];
    const act = vi.fn(async (_request: object, response: ServerResponse) => {
      asked.resolve();
      await finish.promise;
      response.writeHead(200, { "Content-Length": "4" }).end("done");
    });
    const onError = vi.fn();
    const server = create(act, { maxInFlight: 1, onError });
    await visit(server, isSecure, async (open) => {
      const [first, second] = [open(), open()];
      const done = ask(first);
      await asked.promise;
      for (const _attempt of [1, 2]) {
        const refused = await ask(second);
        expect(assertContract(refused)).toMatchObject({ status: 503, instance: "/act" });
        expect([refused.headers.get("retry-after"), refused.headers.get("connection")]).toEqual(["1", "keep-alive"]);
      }
      expect([act.mock.calls.length, onError.mock.calls.length]).toEqual([1, 2]);
      finish.resolve();
      expect(await done).toMatchObject({ status: 200, text: "done" });
      expect(await ask(second)).toMatchObject({ status: 200, text: "done" });
      first.destroy();
      second.destroy();
    });
  });
});

it("refuses streams of HTTP/2", async () => {
  const responses: ServerResponse[] = [];
  const server = guardServer(createHttp2() as Http2Server, { maxInFlight: 1, onError() {} });
  server.on("request", (_request, response) => responses.push(response as never));
  await withServer(server as never, async () => {
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const exchange = async (content?: string) => {
      const stream = client.request({ ":path": "/act", ":method": content ? "POST" : "GET" }, { endStream: !content });
      if (content) stream.end(content);
      const [headers] = (await once(stream, "response")) as [Record<string, string>];
      const text = (await stream.setEncoding("utf8").toArray()).join("");
      return { status: Number(headers[":status"]), headers: new Headers(fieldsOf(headers)), text };
    };
    const first = exchange();
    await once(server, "request");
    for (const content of [undefined, "x", "x".repeat(1_000_000)]) {
      const refused = await exchange(content);
      expect(assertContract(refused)).toMatchObject({ status: 503, instance: "/act" });
      expect(refused.headers.get("retry-after")).toBe("1");
    }
    responses[0]!.end("first");
    expect(await first).toMatchObject({ status: 200, text: "first" });
    const again = exchange();
    await once(server, "request");
    responses[1]!.end("again");
    expect(await again).toMatchObject({ status: 200, text: "again" });
    client.destroy();
  });
});

function fieldsOf(headers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(headers).filter(([name]) => !name.startsWith(":"));
}

it.each([
  ["keeps the connection of one with a little content", { "Content-Length": "60000" }, "x".repeat(60_000), "keep-alive"],
  ["closes that of one with more", { "Content-Length": "4000000" }, "x".repeat(4_000_000), "close"],
  [
    "and of one that does not say how much",
    { "Transfer-Encoding": "chunked" },
    `f4240\r\n${"x".repeat(1e6)}\r\n0\r\n\r\n`,
    "close",
  ],
])("%s", (_name, fields, content, connection) =>
  withPending(
    async ({ port, next }) => {
      const [first, second] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
      first.write(get);
      const response = await next();
      const head = request("POST /act", { Connection: "keep-alive", ...fields });
      if (connection === "close") {
        const received = readAll(second);
        second.write(head);
        await once(second, "data");
        second.write(content);
        expect(assertContract(parseAnswer(await received))).toMatchObject({ status: 503 });
      } else {
        expect((await ask(second, head + content)).headers.get("connection")).toBe("keep-alive");
        response.end();
        await once(response, "close");
        second.write(get);
        (await next()).end("room");
        await once(second, "data");
      }
      for (const socket of [first, second]) socket.destroy();
    },
    { maxInFlight: 1, onError() {} },
  ),
);

it.each([
  ["has its answer", (_client: Socket, responses: readonly ServerResponse[]) => responses.forEach((response) => response.end())],
  ["leaves", (client: Socket) => client.destroy()],
])("counts pipelined requests no more when the client %s", (_name, end) =>
  withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1");
      const connected = once(server, "connection") as Promise<[Socket]>;
      const received = readAll(client);
      client.write(get.repeat(2) + last);
      const responses = [await next(), await next(), await next()];
      const [socket] = await connected;
      end(client, responses);
      await received;
      if (!socket.destroyed) await once(socket, "close");
      const others = [1, 2, 3].map(() => connect(port, "127.0.0.1"));
      const answered = others.map((other) => ask(other, last));
      const further = [await next(), await next(), await next()];
      for (const response of further) response.writeHead(200, { "Content-Length": 0 }).end();
      expect((await Promise.all(answered)).map(({ status }) => status)).toEqual([200, 200, 200]);
    },
    { maxInFlight: 3, onError() {} },
  ),
);

it("counts a request once that is handed on from checkContinue, and refuses one before its content is asked for", async () => {
  const server = guardServer(createServer(), { maxInFlight: 1, onError() {} });
  const responses: ServerResponse[] = [];
  server.on("request", (_request, response) => responses.push(response));
  server.on("checkContinue", (incoming: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    server.emit("request", incoming, response);
  });
  const expecting = request("POST /act", { "Content-Length": "4", Expect: "100-continue" });
  await withServer(server, async (port) => {
    const [first, second] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    const received = [first, second].map(readAll);
    first.write(expecting);
    await once(first, "data");
    second.write(expecting);
    const refused = (await received[1])!;
    expect(assertContract(parseAnswer(refused))).toMatchObject({ status: 503 });
    first.write("four");
    responses[0]!.end("done");
    expect(await received[0]).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });
});

it.each(["upgrade", "connect"])("refuses: %s", (event) =>
  withPending(
    async ({ server, port, next }) => {
      const listener = vi.fn();
      server.on(event, listener);
      const [first, second] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
      first.write(get);
      await next();
      second.write(
        event === "connect"
          ? "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"
          : request("GET /ws", { Connection: "Upgrade", Upgrade: "websocket" }),
      );
      const answer = parseAnswer(await readAll(second));
      expect(assertContract(answer)).toMatchObject({ status: 503 });
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(listener).not.toHaveBeenCalled();
      first.destroy();
    },
    { maxInFlight: 1, onError() {} },
  ),
);

it("remembers nothing of what is over", async () => {
  for (const server of [createServer(), createHttp2() as Http2Server] as const) {
    const { openResponses, sockets, sessions, trackResponse } = trackConnections(server as Server);
    (server as Server).on("request", (_incoming, response) => void (trackResponse(response), response.end()));
    await withServer(server as Server, async (port) => {
      const [socket] = await Promise.all([
        once(server, "connection").then(([given]) => given as Socket),
        server instanceof Server ? exchange(port, last) : stream(port),
      ]);
      if (!socket.destroyed) await once(socket, "close");
      await eventually(() => expect([openResponses.size, sockets.size, sessions.size]).toEqual([0, 0, 0]));
    });
  }
});

async function stream(port: number) {
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  await client.request({ ":path": "/" }).resume().toArray();
  client.close();
}

it("is written to stderr once a minute", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const now = vi.spyOn(performance, "now");
  await withPending(
    async ({ port, next }) => {
      const [first, second] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
      first.write(get);
      await next();
      await ask(second);
      await ask(second);
      now.mockReturnValue(performance.now() + 61_000);
      await ask(second);
      for (const socket of [first, second]) socket.destroy();
    },
    { maxInFlight: 1 },
  );
  const lines = stderr.mock.calls.map(([text]) => `${text}`);
  for (const spy of [stderr, now]) spy.mockRestore();
  const line = /^fg-errors: 503 FSS\.0503 GET \/act \(request [^)]+\)\nUnavailable: 1 requests are in flight: /;
  expect(lines).toEqual([expect.stringMatching(line), expect.stringMatching(line)]);
});

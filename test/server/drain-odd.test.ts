// drain() where connections are not plain ones of the server's own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createFront, type Socket } from "node:net";
import * as streams from "node:stream";
import type { Duplex } from "node:stream";
import { createInterface } from "node:readline";
import { fgProxy } from "@fg-errors/core/proxy";
import { drain, guardServer } from "@fg-errors/core/server";
import { createProxyMiddleware } from "http-proxy-middleware";
import { expect, it, vi } from "vitest";
import { request, withServer } from "../wire.js";
import { patient, readAll } from "./drained.js";
import { answers } from "./guarded.js";

const onError = () => {};
const get = request("GET /", { Connection: "keep-alive" });
const slow = (_request: IncomingMessage, response: ServerResponse) => void setTimeout(() => response.end("content"), 50);
const { duplexPair } = streams as unknown as { duplexPair: () => [Duplex, Duplex] };

it("waits for what came by any stream", async () => {
  const server = guardServer(createServer(slow), { onError });
  const [client, connection] = duplexPair();
  const received = client.toArray();
  server.emit("connection", connection);
  client.write(get);
  await once(server, "request");
  await drain(server, patient);
  expect(answers(String(Buffer.concat(await received)))).toMatchObject([{ status: 200, text: "content" }]);
});

it("waits for what came by a connection that was handed over", async () => {
  const server = guardServer(createServer(slow), { onError });
  const front = createFront((socket) => void server.emit("connection", socket));
  await withServer(front as never, async (port) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write(get);
    await once(server, "request");
    await drain(server, patient);
    expect(answers(await received)).toMatchObject([{ status: 200, text: "content" }]);
  });
});

it("cuts what was there before the server was guarded", async () => {
  const server = createServer(() => {});
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1").on("error", onError).resume();
    client.write(get);
    await once(server, "request");
    await Promise.all([drain(guardServer(server, { onError }), { timeout: 20 }), once(client, "close")]);
  });
});

it("leaves a server alone that listens again", async () => {
  const server = guardServer(createServer(slow), { onError });
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write(get);
    await once(server, "request");
    const drained = drain(server, { timeout: 20 });
    await once(server.listen(0, "127.0.0.1"), "listening");
    expect(answers(await received)).toMatchObject([{ status: 200, text: "content" }]); // it has taken 50 ms
    server.close();
    await drained;
  });
});

it("warns of no listeners, however many the application has", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  const server = guardServer(
    createServer((_request, response) => {
      for (let count = 0; count < 9; count++) response.on("close", () => {});
      slow(_request, response);
    }),
    { onError },
  );
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1").resume();
    client.write(get);
    await once(server, "request");
    await drain(server, patient);
    client.destroy();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).not.toHaveBeenCalled();
  process.off("warning", warned);
});

it("takes the upstream's side of a WebSocket along", async () => {
  const upstream = createServer().on("upgrade", (_request, socket) => {
    socket
      .on("error", onError)
      .on("end", () => void socket.end())
      .resume();
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  });
  await withServer(upstream, async (target) => {
    const opened = once(upstream, "upgrade") as Promise<[unknown, Socket]>;
    const { upgrade } = createProxyMiddleware({ target: `http://127.0.0.1:${target}`, ...fgProxy({ onError }) });
    const server = guardServer(createServer(), { onError }).on("upgrade", upgrade as never);
    await withServer(server, async (port) => {
      const client = connect(port, "127.0.0.1").on("error", onError).resume();
      client.write(request("GET /", { Connection: "Upgrade", Upgrade: "websocket" }));
      await once(client, "data");
      const [, socket] = await opened;
      await Promise.all([drain(server, { timeout: 20 }), once(socket, "close")]);
    });
  });
});

it("keeps a promise of fgProxy()'s no longer than the connection", async () => {
  await withServer(slow, async (target) => {
    const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${target}`, ...fgProxy({ onError }) });
    const server = guardServer(
      createServer((incoming, response) => void proxy(incoming, response, () => {})),
      { onError },
    );
    await withServer(server, async (port) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(get);
      await once(server, "request");
      await drain(server, patient);
      expect(await received).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*connection: close\r\n/i);
    });
  });
});

const paused = `
  import { createServer } from "node:http";
  import { drain, guardServer } from "@fg-errors/core/server";
  const server = guardServer(createServer(), { onError() {} });
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => {}).write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: a\\r\\n\\r\\n");
    socket.pause();
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  process.once("SIGTERM", () => drain(server, { timeout: 100 }).then(() => console.log("drained")));`;

it("ends before the process does, whatever a connection is at", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", paused], { cwd: new URL("..", import.meta.url) });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const client = connect(port, "127.0.0.1").on("error", onError);
  client.write(request("GET /", { Connection: "Upgrade", Upgrade: "a" }));
  await once(client, "data");
  client.write("x".repeat(300_000)); // more than is read of a connection that is paused
  child.kill("SIGTERM");
  expect(await lines.next()).toMatchObject({ value: "drained" });
  client.destroy();
});

// A reply with a Trailer, for a client that has left or has its answer already: nobody gets it, and it ends nothing.
import { createServer, get } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { fgErrors, fgResponses } from "@fg-errors/express";
import { guardServer } from "@fg-errors/core/server";
import express from "express";
import httpProxy from "http-proxy";
import { expect, it } from "vitest";

const reply = "HTTP/1.1 200 OK\r\nTrailer: x\r\nContent-Length: 2\r\n\r\nok";

type Writer = (target: string) => express.RequestHandler;

const writers: Readonly<Record<string, Writer>> = {
  "http-proxy": (target) => {
    const proxy = httpProxy.createProxyServer({ target }).on("error", () => {});
    return (request, response) => proxy.web(request, response);
  },
  "a copying handler": (target) => (_request, response) =>
    void get(target, { agent: false }, (incoming) => {
      for (const [name, value] of Object.entries(incoming.headers)) response.setHeader(name, value!);
      incoming.pipe(response);
    }),
};

/** What a client sends, and what it sends as well once the upstream has its request. */
const clients: Readonly<Record<string, readonly [request: string, more?: string]>> = {
  leaves: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  "sends garbage": ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ZZ\r\n"],
};

it.each(Object.keys(writers).flatMap((writer) => Object.keys(clients).map((client) => [writer, client] as const)))(
  "%s, a client that %s",
  async (writer, client) => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    let answer = () => {};
    const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
    const upstream = createTcpServer((socket) => {
      socket
        .on("error", () => {})
        .once("data", () => {
          asked();
          void mayAnswer.then(() => socket.end(reply));
        });
    }).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const app = express().use(fgResponses({ onError() {} }));
    app.use(writers[writer]!(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)).use(fgErrors({ onError() {} }));
    const server = guardServer(createServer(app), { onError() {} }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const socket = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });
      const isAnswered = once(socket.on("error", () => {}).resume(), "end");
      const [sent, more] = clients[client]!;
      socket.write(sent);
      await isAsked;
      if (more === undefined) socket.destroy();
      else {
        socket.write(more);
        await isAnswered;
      }
      answer();
      // What it throws would be uncaught, and fail this test.
      const last = connect((server.address() as AddressInfo).port, "127.0.0.1");
      last.write("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      expect(String(Buffer.concat(await last.toArray()))).toMatch(/^HTTP\/1\.1 /);
      socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    } finally {
      upstream.close();
      server.closeAllConnections();
    }
  },
);

// A server that is closed in the turn in which an error reply, or a reply that is inspected, has ended: its client gets the answer, and
// the connection is closed.
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { connect as connectHttp2, createSecureServer, createServer as createHttp2Server } from "node:http2";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { drain, guardServer } from "@fg-errors/core/server";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { certificate } from "../recognisers/certificate.js";
import { answers, send, visit } from "../server/guarded.js";
import { request } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";

const json = { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" };
const failed = JSON.stringify({ errorMessage: "s3cr3t", errorType: "s3cr3t", stackTrace: ["s3cr3t"] });

/** What is written, and the status that its client gets. */
const replies: readonly (readonly [status: number, write: (response: ServerResponse) => unknown])[] = [
  [404, (response) => response.writeHead(404, { "Content-Type": "text/html" }).end("<h1>s3cr3t</h1>")],
  [404, (response) => void ((response.statusCode = 404), response.end())],
  [503, (response) => (response.writeHead(503).write("s3cr3t"), response.end())],
  [502, (response) => response.writeHead(200, json).end(failed)],
  [200, (response) => response.writeHead(200, { ...json, "Content-Length": 13 }).end('{"paid":true}')],
];

const closers: Readonly<Record<string, (server: Server) => unknown>> = {
  "close()": (server) => server.close(),
  "closeIdleConnections()": (server) => server.closeIdleConnections(),
  "closeIdleConnections(), close()": (server) => (server.closeIdleConnections(), server.close()),
  "drain()": (server) => drain(server),
};

const servers: Readonly<Record<string, (listener: Listener) => Server>> = {
  "node:http": (listener) => createServer(listener),
  "node:https": (listener) => createSecure(certificate(), listener) as unknown as Server,
  "node:http2 with HTTP/1": (listener) =>
    createSecureServer({ ...certificate(), allowHTTP1: true }, listener as never) as unknown as Server,
};

const kept = request("GET /", { Connection: "keep-alive" });

describe.each(gateways)("$name", (gateway) => {
  const create = (writer: Writer) => gateway.create(writer, recordProblems({ hiddenFailures: true }).options);

  describe.each(Object.entries(servers))("%s", (kind, createOn) => {
    describe.each(Object.entries(closers))("%s", (_closer, close) => {
      it.each(replies)("delivers an answer, a %i", async (status, write) => {
        const server: Server = guardServer(createOn(create((_request, response) => (write(response), void close(server)))));
        const [answer, ...more] = answers(await visit(server, kind !== "node:http", (open) => send(open(), kept)));
        expect([answer!.status, answer!.headers.get("connection"), more]).toEqual([status, "close", []]);
        if (status !== 200) assertContract(answer!);
      });

      it.each(replies)("delivers all answers of a client that has asked for several in a row, %i", async (status, write) => {
        let left = 3;
        const server: Server = guardServer(
          createOn(create((_request, response) => (write(response), --left === 0 && void close(server)))),
        );
        const received = answers(await visit(server, kind !== "node:http", (open) => send(open(), kept.repeat(3))));
        expect(received.map((answer) => answer.status)).toEqual([status, status, status]);
        expect(received.at(-1)!.headers.get("connection")).toBe("close");
      });
    });
  });

  it("delivers an error reply behind a success that is being sent", async () => {
    const server: Server = createServer(
      create(({ url }, response) => {
        if (url === "/first") return response.end("first");
        response.writeHead(404).end("s3cr3t");
        return void server.close();
      }),
    );
    const asked = request("GET /first", { Connection: "keep-alive" }) + kept;
    const received = answers(await visit(server, false, (open) => send(open(), asked)));
    expect(received.map(({ status }) => status)).toEqual([200, 404]);
  });

  it.each(replies)("delivers an answer over HTTP/2, a %i", async (status, write) => {
    const listener: Listener = gateway.createHttp2(
      (_request, response) => (write(response), void server.close()),
      recordProblems({ hiddenFailures: true }).options,
    );
    const server = createHttp2Server(listener as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" });
    const [head] = (await once(stream, "response")) as [{ ":status": number }];
    expect([head[":status"], (await stream.toArray()).length > 0]).toEqual([status, true]);
    session.close();
    await once(session, "close");
  });
});

it("leaves a server as it is whose connections are idle", async () => {
  const server = createServer(
    gateways[0]!.create((_request, response) => response.writeHead(404).end(), recordProblems().options),
  );
  await visit(server, false, async (open) => {
    const socket = open();
    socket.write(kept);
    await once(socket, "data");
    const closed = once(socket.resume(), "close");
    server.close();
    await closed;
  });
});

// answerSocket(): answers where there is no response.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, createServer as createRawServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { createSecureContext, TLSSocket, connect as connectTls } from "node:tls";
import { createResponder, problem } from "@fg-errors/core";
import { expect, it, vi } from "vitest";
import { answerSocket } from "../../packages/core/src/node/answer-socket.js";
import { assertContract } from "../assert-contract.js";
import { certificate } from "../recognisers/certificate.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const onError = vi.fn();
const respond = createResponder({ onError });

/** What a client gets of it whose bytes have arrived on the socket. */
const got = (act: (socket: Socket) => unknown, bytes = request("GET /")) =>
  withServer(createRawServer((socket) => socket.once("data", () => act(socket))) as never, (port) => exchange(port, bytes));

it("answers without a request, once, and closes", async () => {
  const bytes = await got((socket) => {
    for (const detail of ["first", "second"])
      answerSocket(respond, problem(400, detail), undefined, socket, { origin: "inbound" });
  });
  const answer = parseAnswer(bytes);
  expect(bytes).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(assertContract(answer)).toMatchObject({ detail: "first", instance: "/" });
  expect(answer.headers.get("connection")).toBe("close");
  expect(onError).toHaveBeenCalledOnce();
});

it.each(["GET", "HEAD"])("answers a request: %s", async (method) => {
  const server = createServer().on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
    const fields = { vary: "Origin", "set-cookie": ["a=1", "b=2"], "x-none": undefined, "bad name": "1" };
    answerSocket(respond, problem(404), incoming, socket, { url: "/original", fields });
  });
  const bytes = await withServer(server, (port) =>
    exchange(port, request(`${method} /rewritten`, { Connection: "Upgrade", Upgrade: "x" })),
  );
  const answer = parseAnswer(bytes);
  expect(answer).toMatchObject({ status: 404 });
  expect([answer.headers.get("vary"), answer.headers.getSetCookie()]).toEqual(["Origin", ["a=1", "b=2"]]);
  if (method === "GET") expect(assertContract(answer)).toMatchObject({ instance: "/original" });
  else expect([answer.text, Number(answer.headers.get("content-length")) > 0]).toEqual(["", true]);
});

it("is cut where another response is under way", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const server = createServer(({ socket }, response) => {
    response.write("content", () => answerSocket(respond, problem(400), undefined, socket));
  });
  const bytes = await withServer(server, (port) => exchange(port, request("GET /")));
  stderr.mockRestore();
  expect(bytes).toMatch(/content\r\n$/);
});

it("does nothing on a connection that is gone", async () => {
  onError.mockClear();
  await got((socket) => {
    socket.destroy();
    answerSocket(respond, problem(400), undefined, socket);
  });
  await got((socket) => {
    socket.end("all that there is");
    answerSocket(respond, problem(400), undefined, socket);
  });
  expect(onError).not.toHaveBeenCalled();
});

it("survives a client that leaves meanwhile", async () => {
  const server = createRawServer((socket) => {
    answerSocket(respond, problem(400), undefined, socket);
    socket.destroy(new Error("reset")); // which nobody else listens for
  }) as Server;
  await withServer(server as never, async (port) => {
    const client = connect(port, "127.0.0.1").resume();
    await once(client, "close");
  });
});

it("answers through TLS, and on what is a stream only", async () => {
  const server = createRawServer((socket) => {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate()) });
    secure.once("data", () => answerSocket(respond, problem(403), undefined, secure));
  }) as Server;
  await withServer(server as never, async (port) => {
    const client = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }).end(request("GET /"));
    expect(assertContract(parseAnswer(String(Buffer.concat(await client.toArray()))))).toMatchObject({ status: 403 });
  });
  const chunks: Buffer[] = [];
  const stream = new Duplex({ read() {}, write: (chunk: Buffer, _coding, done) => (chunks.push(chunk), done()) });
  answerSocket(respond, problem(403), undefined, stream);
  await once(stream, "finish");
  expect(assertContract(parseAnswer(String(Buffer.concat(chunks))))).toMatchObject({ status: 403 });
});

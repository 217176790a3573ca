// drain(): when the time is up.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { createResponder } from "@fg-errors/core";
import { drain } from "@fg-errors/core/server";
import { answer } from "@fg-errors/core/adapter";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { parseAnswer, request } from "../wire.js";
import { readAll, withPending } from "./drained.js";

const get = request("GET /orders/17", { Connection: "keep-alive", "X-Request-Id": "order-17" });
const timeout = 50;

const stderr = vi.spyOn(process.stderr, "write");
beforeEach(() => void stderr.mockReset().mockReturnValue(true));
afterEach(() => void stderr.mockReset());

it("answers what has no answer, whose application may go on writing", async () => {
  const onError = vi.fn();
  await withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1");
      const received = readAll(client);
      client.write(get);
      const response = (await next()).setHeader("Vary", "Origin").setHeader("ETag", '"1"');
      const closed = once(response, "close");
      const drained = drain(server, { timeout });
      const got = parseAnswer(await received);
      expect(assertContract(got)).toMatchObject({ status: 503, instance: "/orders/17", request_id: "order-17" });
      expect([got.headers.get("connection"), got.headers.get("vary")]).toEqual(["close", "Origin"]);
      expect(got.headers.has("retry-after")).toBe(false); // the application may have done its work
      await Promise.all([drained, closed]);
      response.setHeader("X-Late", "1").writeHead(200).end("late");
      answer(createResponder({ onError }), new Error("an echo"), response.req, response);
    },
    { onError },
  );
  expect(onError).toHaveBeenCalledOnce();
  expect(onError.mock.lastCall).toMatchObject([
    { status: 503, cause: { message: "The server was drained: 1 responses were not complete in time" } },
    { responseStarted: false },
  ]);
});

it("answers a client that is still sending", () =>
  withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1").pause();
      client.write(request("POST /", { "Content-Length": "8000000" }) + "x".repeat(8_000_000));
      const { socket } = await next();
      const drained = drain(server, { timeout });
      await once(socket!, "finish");
      expect(assertContract(parseAnswer(await readAll(client.resume())))).toMatchObject({ status: 503 });
      expect(client.errored).toBeNull();
      await drained;
    },
    { onError() {} },
  ));

it.each(["1.1", "1.0"])("cuts a response that has begun, so that it does not look whole: HTTP/%s", async (version) => {
  const onError = vi.fn();
  await withPending(
    async ({ server, port, next }) => {
      const client = connect(port, "127.0.0.1").on("error", () => {});
      client.write(get.replace("HTTP/1.1", `HTTP/${version}`));
      (await next()).write("half");
      const [begun] = (await once(client, "data")) as [Buffer];
      const received = readAll(client);
      const drained = drain(server, { timeout });
      expect(`${begun}${await received}`).toMatch(version === "1.1" ? /\r\n4\r\nhalf\r\n$/ : /\r\nhalf$/);
      expect(client.errored !== null).toBe(version === "1.0");
      await drained;
    },
    { onError },
  );
  expect(onError.mock.calls).toMatchObject([[{ status: 503 }, { responseStarted: true }]]);
});

it("reports each, and writes to stderr once", async () => {
  const onError = vi.fn();
  for (const options of [{ onError }, {}])
    await withPending(async ({ server, port, next }) => {
      const clients = [1, 2].map(() => connect(port, "127.0.0.1"));
      const received = clients.map(readAll);
      for (const client of clients) {
        client.write(get.repeat(2)); // of the second nothing can be said but to the operator
        await next();
        await next();
      }
      await drain(server, { timeout });
      await Promise.all(received);
    }, options);
  expect(onError.mock.calls.map(([, { responseStarted }]) => responseStarted as boolean)).toEqual([false, true, false, true]);
  await new Promise(setImmediate);
  expect(stderr.mock.calls.map(([text]) => `${text}`)).toEqual([
    expect.stringMatching(
      /^fg-errors: 503 FSS\.0503 GET \/orders\/17 \(request order-17\)\nUnavailable: The server was drained: 4 /,
    ),
  ]);
});

it("cuts tunnels and those who do not finish a request", () =>
  withPending(async ({ server, port }) => {
    const [tunnel, upgraded, slow] = [1, 2, 3].map(() => connect(port, "127.0.0.1")) as [Socket, Socket, Socket];
    const received = [tunnel, upgraded, slow].map(readAll);
    const switchProtocols = (_request: IncomingMessage, socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\n");
    server.on("connect", switchProtocols).on("upgrade", switchProtocols);
    tunnel.write("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    upgraded.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    slow.write("GET / HT");
    await Promise.all([tunnel, upgraded].map((socket) => once(socket, "data")));
    await drain(server, { timeout });
    expect(await Promise.all(received)).toEqual(["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", ""]);
  }));

it("takes no time at all", () =>
  withPending(async ({ server, port, next }) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    client.write(get);
    await next();
    await drain(server, { timeout: 0 });
    expect(assertContract(parseAnswer(await received))).toMatchObject({ status: 503 });
  }));

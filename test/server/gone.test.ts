// Clients that leave amid what they asked for: the application gets the event, and they count no more.
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2,
  type ClientHttp2Session,
  type ClientHttp2Stream,
} from "node:http2";
import { connect } from "node:net";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it } from "vitest";
import { eventually } from "../patience.js";
import { exchange, request, withServer } from "../wire.js";

const options = { maxInFlight: 1, onError() {} };
const poll = request("GET /poll", { Connection: "keep-alive" });
const twoHosts = request("GET /", { Connection: "keep-alive", host: "b" });

describe("behind a request that is not answered yet", () => {
  it.each([
    { name: "half a head", bytes: "GET / HT" },
    { name: "half a head, twice", bytes: "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT" },
    { name: "half of its content", bytes: request("POST /", { "Content-Length": "40" }, "bo") },
    { name: "garbage", bytes: "s3cr3t\r\n\r\n" },
    { name: "a tunnel", bytes: request("CONNECT a:1") },
    { name: "two hosts", bytes: twoHosts },
    { name: "two hosts, then a tunnel", bytes: twoHosts + request("CONNECT a:1") },
    { name: "two hosts, then an upgrade", bytes: twoHosts + request("GET /", { Connection: "Upgrade", Upgrade: "a" }) },
    { name: "two hosts, then many requests", bytes: twoHosts + poll.repeat(10_000) },
    { name: "many requests that are too much", bytes: poll.repeat(10_000) },
  ])("$name", async ({ bytes }) => {
    const server = createServer(({ url }, response) => void (url === "/poll" || response.end("content")));
    await withServer(guardServer(server, options), async (port) => {
      const asked = once(server, "request");
      const client = connect(port, "127.0.0.1");
      client.write(poll + bytes);
      const [, response] = (await asked) as [unknown, ServerResponse];
      const left = once(response, "close");
      client.end();
      await left;
      client.destroy();
      expect(await exchange(port, request("GET /"))).toMatch(/^HTTP\/1\.1 200 /);
    });
  });
});

describe.each(["HEAD", "GET"])("of HTTP/2, a %s", (method) => {
  it.each<{ name: string; leave: (stream: ClientHttp2Stream, session: ClientHttp2Session) => void }>([
    { name: "cancelled", leave: (stream) => stream.close(8) },
    { name: "whose session ends", leave: (_stream, session) => session.destroy() },
  ])("$name", async ({ leave }) => {
    const server = guardServer(createHttp2(), options).on(
      "request",
      ({ url }, response) => void (url === "/poll" || response.end()),
    );
    await withServer(server as unknown as Server, async (port) => {
      const asked = once(server, "request");
      const [session, other] = [connectHttp2(`http://127.0.0.1:${port}`), connectHttp2(`http://127.0.0.1:${port}`)];
      const stream = session.request({ ":method": method, ":path": "/poll" }).on("error", () => {});
      await asked;
      leave(stream, session);
      await eventually(async () => {
        const [head] = await once(other.request({ ":path": "/" }).resume(), "response");
        expect(head[":status"]).toBe(200);
      });
      for (const each of [session, other]) each.destroy();
    });
  });
});

it("before a listener of checkContinue has decided", async () => {
  const server = guardServer(
    createServer((_request, response) => response.end("content")),
    options,
  );
  const handedOn = new Promise<void>((resolve) =>
    server.on("checkContinue", async (incoming, response) => {
      await once(response, "close");
      server.emit("request", incoming, response);
      resolve();
    }),
  );
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1");
    client.write(request("POST /", { Expect: "100-continue", "Content-Length": "4" }, "last"));
    await once(server, "checkContinue");
    client.destroy();
    await handedOn;
    expect(await exchange(port, request("GET /"))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

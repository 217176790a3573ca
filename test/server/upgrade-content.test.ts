// Upgrades whose request has content, which Node hands over before it has come since version 26, and clients that leave amid an upgrade.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { guardServer } from "@fg-errors/core/server";
import { expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { request, withServer } from "../wire.js";
import { readAll } from "./drained.js";
import { answers } from "./guarded.js";

const fields = { Connection: "Upgrade", Upgrade: "a" };
const get = request("GET /first", { Connection: "keep-alive" });

/** Half of the content is missing. */
const upgrade = `${request("POST /chat", { ...fields, "Content-Length": "10" })}only`;

it.each([
  { name: "is turned down", fault: "", status: 404 },
  { name: "names two hosts", fault: "Host: b\r\n", status: 400 },
])("answers one that $name after what was asked for before", async ({ fault, status }) => {
  const server = guardServer(createServer(), { onError() {} });
  server.on("upgrade", (_request, stream: Duplex) => void stream.destroy());
  await withServer(server, async (port) => {
    const client = connect(port, "127.0.0.1");
    const received = readAll(client);
    const asked = once(server, "request") as Promise<[IncomingMessage, ServerResponse]>;
    client.write(get + upgrade.replace("Host", `${fault}Host`));
    const [, response] = await asked;
    response.writeHead(200, { "Content-Length": 5 }).write("fir");
    await once(client, "data");
    client.write("x".repeat(6));
    response.end("st");
    const [first, last, ...more] = answers(await received);
    expect([first, more]).toMatchObject([{ status: 200, text: "first" }, []]);
    expect(assertContract(last!)).toMatchObject({ status });
  });
});

it.each(["upgrade", "connect"])("outlives a client that leaves, where the listener of %s looks at no error", async (event) => {
  const server = guardServer(createServer(), { onError() {} });
  const closed = vi.fn();
  server.on(event, (_request, stream: Duplex) => {
    stream.on("close", closed);
    stream.write("HTTP/1.1 200 OK\r\n\r\n");
    const timer = setInterval(() => (stream.writable ? stream.write("x") : clearInterval(timer)), 5);
  });
  await withServer(server, async (port) => {
    for (const bytes of event === "upgrade" ? [upgrade, request("GET /", fields)] : [request("CONNECT a:1")]) {
      closed.mockClear();
      const client = connect(port, "127.0.0.1").on("error", () => {});
      client.write(bytes);
      if (bytes === upgrade) client.write("x".repeat(6)); // before Node 26 it is handed over when all has come
      await once(client, "data");
      client.resetAndDestroy();
      await eventually(() => expect(closed).toHaveBeenCalled());
    }
  });
});

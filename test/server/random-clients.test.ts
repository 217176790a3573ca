// Whatever clients send, and however they leave: once they are gone, they take up no room, and a drain is quick. A run of another seed:
// CLIENTS_SEED=<seed> CLIENTS=<number> npx vitest run test/server/random-clients.test.ts
import * as fc from "fast-check";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, createServer as createHttp2 } from "node:http2";
import { createServer as createHttps } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Problem } from "@fg-errors/core";
import { drain, guardServer } from "@fg-errors/core/server";
import { describe, expect, it } from "vitest";
import { eventually } from "../patience.js";
import { nodeVersion } from "../node-version.js";
import { certificate } from "../recognisers/certificate.js";
import { withServer } from "../wire.js";
import { patient } from "./drained.js";
import { headers, preface } from "./frames.js";
import { act, clients, type Client } from "./random-clients.js";

const { CLIENTS_SEED = "20260711", CLIENTS = "120" } = process.env;

/** Clients at the same time, and requests that a server takes. */
const [width, room] = [12, 5];

const limits = { headersTimeout: 1000, requestTimeout: 1000, keepAliveTimeout: 1000, connectionsCheckingInterval: 100 };

function application(incoming: IncomingMessage, response: ServerResponse): void {
  const { url } = incoming;
  incoming.on("error", () => {});
  response.on("error", () => {});
  if (url === "/poll") return;
  if (url === "/begun") return void response.write("begun");
  if (url === "/large") return void response.end(Buffer.alloc(300_000));
  if (url === "/later") return void setTimeout(() => response.end("later"), 10);
  if (url === "/read") return void incoming.resume().on("end", () => response.end("read"));
  response.end("done");
}

const open = (port: number) => connect(port, "127.0.0.1");
const openTls = (protocol: string) => (port: number) =>
  connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: [protocol] });

/** That of Node 20 aborts the process by an assertion of its own, now and then, without TLS. */
const hasSoundNghttp2 = nodeVersion > 20;

const kinds = [
  { name: "HTTP/1", create: () => createServer(limits), open, draws: clients.http1 },
  { name: "HTTP/1 with TLS", create: () => createHttps({ ...certificate(), ...limits }), open: openTls("http/1.1"), draws: clients.http1 },
  ...hasSoundNghttp2 ? [{ name: "HTTP/2", create: () => createHttp2(), open, draws: clients.http2 }] : [],
  { name: "HTTP/2 with TLS", create: () => createSecureServer(certificate()), open: openTls("h2"), draws: clients.http2 },
]; // prettier-ignore

/** As many requests as a server takes, by connections of their own: how many of them reach the application. */
async function admitted(server: Server, port: number, kind: (typeof kinds)[number], refusals: () => number): Promise<number> {
  const bytes =
    kind.draws === clients.http2 ? Buffer.concat([preface, headers(1, "/pending")]) : "GET /pending HTTP/1.1\r\nHost: a\r\n\r\n";
  const before = refusals();
  let count = 0;
  const listener = ({ url }: IncomingMessage) => void (url === "/pending" && count++);
  server.on("request", listener);
  const sockets = Array.from({ length: room }, () =>
    kind
      .open(port)
      .on("error", () => {})
      .resume(),
  );
  for (const socket of sockets) socket.write(bytes);
  await eventually(() => expect(count + refusals() - before).toBeGreaterThanOrEqual(room));
  for (const socket of sockets) socket.destroy();
  server.off("request", listener);
  return count;
}

describe.concurrent.each(kinds)("$name", (kind) => {
  it("has room again", { timeout: 60_000 + 100 * Number(CLIENTS) }, async () => {
    const drawn = fc.sample(kind.draws, { seed: Number(CLIENTS_SEED), numRuns: Number(CLIENTS) });
    let refused = 0;
    const onError = ({ status }: Problem) => void (status === 503 && refused++);
    const server = guardServer(kind.create() as unknown as Server, { maxInFlight: room, onError });
    server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      if (incoming.url !== "/pending") application(incoming, response);
    });
    server.on("upgrade", ({ url }: IncomingMessage, socket: Socket) => {
      socket.on("error", () => {}).on("end", () => void socket.end());
      if (url === "/taken")
        socket.resume().write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n");
      else socket.destroy();
    });
    const connected = new Set<Socket>();
    server.on("connection", (socket) => void connected.add(socket.once("close", () => connected.delete(socket))));
    await withServer(server, async (port) => {
      const left: Client[] = [];
      const work = async () => {
        for (let client = drawn.shift(); client; client = drawn.shift()) {
          await act(client, kind.open(port));
          left.push(client);
        }
      };
      await Promise.all(Array.from({ length: width }, work));
      await eventually(async () => expect(await admitted(server, port, kind, () => refused)).toBe(room), 300);
      await eventually(() => expect(connected.size).toBe(0));
      await drain(server, patient);
    });
  });
});

// What docs/server.md says of requests that never reach an application, seen on the wire: with Node alone, and with a guarded server.
import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createSecure } from "node:https";
import { connect as connectTls } from "node:tls";
import * as core from "@fg-errors/core/server";
import { guardServer } from "@fg-errors/core/server";
import createExpress from "express";
import { afterEach, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { certificate } from "../recognisers/certificate.js";
import { answers, impatient, send, visit } from "../server/guarded.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, read, table } from "./markdown.js";

const page = read("docs/server.md");
const kept = { Connection: "keep-alive" };
const listener: RequestListener = (incoming, response) => void incoming.resume().on("end", () => response.end("application"));
const plain = (settings: ServerOptions = {}) => createServer(settings, listener);
const http2 = () => createSecureServer(certificate()) as unknown as Server;

interface Client {
  readonly bytes: string;
  readonly create?: () => Server;
  /** Greets the server by TLS. */
  readonly isSecure?: true;
}

const clients: Readonly<Record<string, Client>> = {
  "sends bytes that are not HTTP": { bytes: "s3cr3t\r\n\r\n" },
  "sends a field with an invalid name": { bytes: request("GET /", { "a@b": "s3cr3t" }) },
  "sends more than 16 KiB of fields": { bytes: request("GET /", { a: "s".repeat(16_385) }) },
  "sends a chunk without a size": { bytes: `${request("POST /", { "Transfer-Encoding": "chunked" })}s3cr3t\r\n` },
  "does not send its head in time": { bytes: "GET / HTTP/1.1\r\nHost:", create: () => plain(impatient) },
  "does not send its content in time": { bytes: request("POST /", { "Content-Length": "9" }), create: () => plain(impatient) },
  "sends no Host field": { bytes: "GET / HTTP/1.1\r\nConnection: close\r\n\r\n" },
  "sends two Host fields": { bytes: request("GET /", { host: "s3cr3t" }) },
  "sends chunks with HTTP/1.0": {
    bytes: `${request("POST /", { "Transfer-Encoding": "chunked" }).replace("1.1", "1.0")}0\r\n\r\n`,
  },
  "sends a Transfer-Encoding that does not end in chunked": { bytes: request("POST /", { "Transfer-Encoding": "s3cr3t" }) },
  "sends content in another transfer coding, and in chunks": {
    bytes: `${request("POST /", { "Transfer-Encoding": "gzip, chunked" })}3\r\nabc\r\n0\r\n\r\n`,
  },
  "asks for a URL that is not an HTTP URL, or has no host": { bytes: request("GET ftp://s3cr3t.example/") },
  "sends an Expect other than 100-continue": { bytes: request("GET /", { Expect: "s3cr3t" }) },
  "asks for a tunnel": { bytes: request("CONNECT s3cr3t.example:443") },
  "asks for an upgrade that every listener refuses": {
    bytes: request("GET /", { Connection: "Upgrade", Upgrade: "websocket" }),
    create: () => plain().on("upgrade", (_request, socket) => void socket.destroy()),
  },
  "sends more requests than maxRequestsPerSocket": {
    bytes: request("GET /", kept).repeat(2),
    create: () => Object.assign(plain({ keepAliveTimeout: 50 }), { maxRequestsPerSocket: 1 }),
  },
  "sends HTTP to an HTTPS port": { bytes: request("GET /"), create: () => createSecure(certificate(), listener) },
  "sends HTTP/1 to a port that serves only HTTP/2": { bytes: request("GET /"), create: http2, isSecure: true },
};

const rows = table(page, "unreached").map(([client, alone, guarded]) => ({ client: client!, alone: alone!, guarded: guarded! }));

it("names every client that there is a test of", () => {
  expect(rows.map(({ client }) => client)).toEqual(Object.keys(clients));
});

const onError = vi.fn();
afterEach(() => void onError.mockClear());

it.each(rows)("a client that $client", async ({ client, alone, guarded }) => {
  const { bytes, create = plain, isSecure } = clients[client]!;
  const ask = (server: Server) =>
    visit(server, isSecure ?? false, async (open) => {
      if (!isSecure) return send(open(), bytes).catch(() => "");
      const { port } = server.address() as { port: number };
      return send(connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }), bytes);
    });
  expect(described(await ask(create()))).toBe(alone);
  expect(onError).not.toHaveBeenCalled();
  const answer = answers(await ask(guardServer(create(), { onError }))).at(-1);
  expect(assertContract(answer!)).toMatchObject({ status: Number(guarded) });
  expect(onError).toHaveBeenCalledOnce();
});

/** The last response, in the page's words. */
function described(bytes: string): string {
  const [, status, type, content] =
    /^[^]*HTTP\/1\.[01] (\d{3})(?:[^]*?content-type: ([\w/]+))?[^]*?\r\n\r\n([^]*)$/i.exec(bytes) ?? [];
  if (status === undefined) return "nothing";
  if (content!.includes("application")) return "the application's answer";
  return `${status} ${type === "text/plain" ? "in plain text" : /^(0\r\n\r\n)?$/.test(content!) ? "without content" : content!}`;
}

it("docs/server.md shows how to guard and to drain", async () => {
  const app = createExpress().get("/", (_request, response) => void response.send("application"));
  const terminated = vi.fn<(signal: string, act: () => Promise<void>) => void>();
  const scope = { ...core, app, port: 0, options: { onError }, process: { once: terminated } };
  const server = evaluate(block(page, "example: guard"), "server", scope) as Server;
  const { port } = server.address() as { port: number };
  expect(await exchange(port, request("GET /"))).toMatch(/^HTTP\/1\.1 200 /);
  expect(assertContract(parseAnswer(await exchange(port, "s3cr3t\r\n\r\n")))).toMatchObject({ status: 400 });
  const [signal, act] = terminated.mock.calls[0]!;
  expect(signal).toBe("SIGTERM");
  await act();
  expect(server.listening).toBe(false);
});

it("shows how a refusal gets its field of CORS", async () => {
  const server = createServer(listener);
  evaluate(block(page, "example: cors"), "0", { ...core, server, options: { onError } });
  const [answer] = answers(await visit(server, false, (open) => send(open(), request("GET ftp://a/"))));
  expect(assertContract(answer!)).toMatchObject({ status: 400 });
  expect(answer!.headers.get("access-control-allow-origin")).toBe("https://shop.example");
});

it("lists the limits that there are", () => {
  const limits = page.split("## Load shedding")[1]!.split("## ")[0]!;
  const named = [...limits.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
  for (const name of named) expect(() => guardServer(createServer(), { [name]: 0 })).toThrow(`option "${name}"`);
  expect(named).toEqual(["maxInFlight", "maxEventLoopDelay"]);
});

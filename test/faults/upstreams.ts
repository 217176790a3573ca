// What faults are made of: servers on loopback that treat every request alike.
import { once } from "node:events";
import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { certificate } from "../recognisers/certificate.js";
import type { Connect, Upstream } from "./fault.js";

/** What is done to a connection. */
export type Deed = (socket: Socket) => void;

/** Milliseconds for what came before a fault to be read alone: a reset takes along what was not. */
const gap = 20;

/** Answers a complete request header section, or the beginning of a TLS handshake, by the deed. */
export function http(deed: Deed): () => Promise<Upstream> {
  return () => listen(createServer(), "http://127.0.0.1", {}, onRequest(deed));
}

/** Does the deed as soon as somebody connects. */
export function tcp(deed: Deed): () => Promise<Upstream> {
  return () => listen(createServer(), "http://127.0.0.1", {}, (socket) => deed(socket.resume()));
}

/** The same as `http` behind a sound TLS handshake, unless the options spoil it. */
export function https(deed: Deed, options: TlsOptions = {}, own = certificate(), ca = own.cert): () => Promise<Upstream> {
  const connect = { lookup: loopback, ca };
  return () => listen(createTlsServer({ ...own, ...options }), "https://localhost", connect, onRequest(deed));
}

/** Does one deed after another, each after what came before it was read: a busy process may be later for that than for the gap. */
export function slowly(deed: Deed, ...rest: readonly Deed[]): Deed {
  const [next, ...others] = rest;
  return (socket) => {
    if (socket.destroyed) return;
    deed(socket);
    if (next) setTimeout(setImmediate, gap, slowly(next, ...others), socket);
  };
}

export const write =
  (text: string | Uint8Array): Deed =>
  (socket) =>
    void socket.write(text, "latin1");

export const end =
  (text: string | Uint8Array = ""): Deed =>
  (socket) =>
    void socket.end(text, "latin1");

export const reset: Deed = (socket) => void socket.resetAndDestroy();

/** Every name is this machine's. */
export const loopback: LookupFunction = (_host, { all }, found) =>
  all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);

export async function listen(server: Server, origin: string, connect: Connect, deed: Deed): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const event = server.listenerCount("connection") > 0 ? "secureConnection" : "connection"; // tls has one of its own
  server
    .on("tlsClientError", () => undefined)
    .on("connection", (socket: Socket) => {
      sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    });
  server.on(event, (socket: Socket) => deed(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `${origin}:${(server.address() as AddressInfo).port}`, connect, connections: () => sockets.size, close };
}

function onRequest(deed: Deed): Deed {
  return (socket) => {
    let head = "";
    socket.on("data", (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n") && !head.startsWith("\x16")) return;
      head = "";
      deed(socket);
    });
  };
}

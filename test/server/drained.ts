// Servers whose responses are in the test's hands, for what happens while a server drains.
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { guardServer, type GuardOptions } from "@fg-errors/core/server";
import { expect } from "vitest";
import { eventually } from "../patience.js";
import { withServer } from "../wire.js";

/** More than a test may take: what does not end by itself fails it. */
export const patient = { timeout: 60_000 };

export interface PendingResponses {
  readonly port: number;
  readonly server: Server;
  /** The response to the next request that reaches the application, in the order of the requests. */
  readonly next: () => Promise<ServerResponse>;
}

export function withPending<R>(visit: (pending: PendingResponses) => Promise<R>, options?: GuardOptions): Promise<R> {
  const server = guardServer(createServer(), options);
  const responses: ServerResponse[] = [];
  server.on("request", (_request, response: ServerResponse) => responses.push(response));
  const next = async () => {
    if (responses.length === 0) await once(server, "request");
    return responses.shift()!;
  };
  return withServer(server, (port) => visit({ port, server, next }));
}

/** Waits until something of a request has arrived on each of `count` connections. */
export async function requestsArrived(server: Server, count: number, event = "connection"): Promise<void> {
  const sockets: Socket[] = [];
  server.on(event, (socket: Socket) => sockets.push(socket));
  await eventually(() => expect(sockets.filter(({ bytesRead }) => bytesRead > 0)).toHaveLength(count), 2);
}

/** All that comes by a connection until it is closed or reset. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString("latin1");
}

export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

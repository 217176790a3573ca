import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface Running {
  readonly port: number;
  /** Cuts every connection and waits until the port is free. */
  readonly close: () => Promise<void>;
}

/** A server on a free port of the loopback address. */
export async function listen(onConnection: (socket: Socket) => void): Promise<Running> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: portOf(server), close: () => stop(server, sockets) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

// An upstream of raw TCP that counts the requests that it gets.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { requestIn, type Counted } from "./request-octets.js";

export interface CountingUpstream {
  readonly port: number;
  /** All requests so far, over all connections. */
  readonly requests: readonly Counted[];
  /** Octets that are no whole request, by connection. */
  readonly rest: () => readonly string[];
  readonly close: () => void;
}

export async function startCountingUpstream(): Promise<CountingUpstream> {
  const requests: Counted[] = [];
  const rests = new Map<Socket, string>();
  const server = createServer((socket) => {
    let octets = "";
    rests.set(socket, "");
    socket
      .on("error", () => {})
      .on("data", (chunk) => {
        octets += chunk.toString("latin1");
        for (let read = requestIn(octets); read; read = requestIn(octets)) {
          requests.push(read.request);
          octets = octets.slice(read.length);
          socket.write(responseTo(read.request, requests.length));
        }
        rests.set(socket, octets);
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    rest: () => [...rests.values()].filter(Boolean),
    close: () => {
      server.close();
      for (const socket of rests.keys()) socket.destroy();
    },
  };
}

/** A WebSocket is refused, as by a server that knows none. */
function responseTo({ line }: Counted, count: number): string {
  const content = line.startsWith("HEAD ") ? "" : `number ${count}`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

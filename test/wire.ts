// Servers on a free loopback port, and a client that shows what is really on the wire.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { patience } from "./patience.js";

/** Runs `visit` against a server of `listener`'s and closes it whatever happens. */
export async function withServer<R>(
  listener: RequestListener | Server,
  visit: (port: number, server: Server) => Promise<R>,
): Promise<R> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await visit((server.address() as AddressInfo).port, server);
  } finally {
    server.close();
    server.closeAllConnections?.();
  }
}

/**
 * A port of loopback where nobody listens, nor will: a connection of ours has it, for as long as this process runs. The connection is bound to
 * it, or the system would give it to other connections as well, and one to this port could get it as its own: it would meet itself.
 */
export async function closedPort(): Promise<number> {
  const server = createTcpServer((socket) => void socket.unref()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const occupant = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1" });
  await once(occupant, "connect");
  occupant.unref();
  server.close();
  return occupant.localPort!;
}

/** Sends the bytes and gives all that comes back until the connection closes. */
export async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(patience, () => socket.destroy(new Error(`no end of the answer within ${patience} ms`)));
  socket.write(bytes, "latin1");
  return (await received(socket)).toString("latin1");
}

/** Sends the bytes, leaves as soon as the head of the response is there, and gives that head. */
export async function exchangeHead(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(patience, () => socket.destroy(new Error(`no head of the answer within ${patience} ms`)));
  socket.write(bytes, "latin1");
  let head = "";
  for await (const chunk of socket) {
    head += (chunk as Buffer).toString("latin1");
    if (head.includes("\r\n\r\n")) break;
  }
  return head;
}

async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A request as text. */
export function request(line: string, headers: Readonly<Record<string, string>> = {}, body = ""): string {
  const length = body === "" ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const fields = Object.entries({ Host: "gateway.example", Connection: "close", ...length, ...headers });
  return `${line} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One complete response out of what `exchange` gave. */
export function parseAnswer(bytes: string): Answer {
  const [head = "", ...rest] = bytes.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  const headers = new Headers(fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string]));
  return { status: Number(statusLine.split(" ")[1]), headers, text: Buffer.from(rest.join("\r\n\r\n"), "latin1").toString() };
}

/** What may differ between two answers to the same request: generated ids and the time. */
export function withoutIds(bytes: string): string {
  return bytes.replace(/\b[0-9a-f]{32}\b/g, "<id>").replace(/^date: .*$/im, "Date: <now>");
}

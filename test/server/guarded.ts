// Guarded servers of every kind, each with one of the frameworks behind it, and a client that shows what is on the wire.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createSecure } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { guardServer, type GuardOptions } from "@fg-errors/core/server";
import { hosts, type Act } from "../hosts.js";
import { patience, scaled } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";
import { parseAnswer, withServer, type Answer } from "../wire.js";

/** Time limits that a test can wait for; the server looks at them every 50 ms. */
export const impatient = { headersTimeout: scaled(150), requestTimeout: scaled(300), connectionsCheckingInterval: 50 };

interface Kind {
  readonly name: string;
  readonly isSecure: boolean;
  readonly create: (act: Act, options?: GuardOptions, settings?: object) => Server;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const plain = (listener: Listener, settings: object = {}) => createServer(settings, listener);
const tls = (listener: Listener, settings: object = {}) => createSecure({ ...certificate(), ...settings }, listener) as Server;
const http2 = (listener: Listener, settings: object = {}) =>
  Object.assign(createSecureServer({ ...certificate(), allowHTTP1: true }, listener as never), settings) as unknown as Server;

/** node:http with each of the four hosts, and the other servers with one of them. */
export const kinds: readonly Kind[] = [
  ...hosts.map(({ name, create }) => ({ name: `http, ${name}`, isSecure: false, create: guarded(plain, create) })),
  { name: "https, Express 5", isSecure: true, create: guarded(tls, hosts[0]!.create) },
  { name: "http2 with HTTP/1, Koa 3", isSecure: true, create: guarded(http2, hosts[2]!.create) },
];

function guarded(server: typeof plain, app: (act: Act) => Listener): Kind["create"] {
  return (act, options, settings) => guardServer(server(app(act), settings), options);
}

/** Visits a server on a free port with a function that opens connections to it. */
export function visit<R>(server: Server, isSecure: boolean, act: (open: () => Socket) => Promise<R>): Promise<R> {
  return withServer(server, async () => {
    const { port } = server.address() as AddressInfo;
    const to = { port, host: "127.0.0.1" };
    return act(() => (isSecure ? connectTls({ ...to, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }) : connect(to)));
  });
}

/** All that comes back until the server closes the connection. Each chunk but the first waits for an answer to begin. */
export async function send(socket: Socket, first = "", ...later: readonly string[]): Promise<string> {
  const [chunks, left] = [[] as Buffer[], [...later]];
  socket.setTimeout(patience, () => socket.destroy(new Error(`no end within ${patience} ms`)));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    const next = left.shift();
    if (next !== undefined) socket.write(next, "latin1");
  });
  if (first !== "") socket.write(first, "latin1");
  await once(socket, "end");
  socket.destroy();
  return Buffer.concat(chunks).toString("latin1");
}

/** What came back, response by response: each has a Content-Length, or no content. */
export function answers(bytes: string): Answer[] {
  const [head = "", ...rest] = bytes.split(/(?<=\r\n\r\n)/);
  if (head === "") return [];
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  const after = rest.join("");
  return [parseAnswer(head + after.slice(0, length)), ...answers(after.slice(length))];
}

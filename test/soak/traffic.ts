// Good and failing exchanges, each of a kind whose outcome is known.
import { Agent, request, type IncomingHttpHeaders } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer } from "../wire.js";

/** What became of an exchange, as far as a client can see it. */
export interface Outcome {
  /** Of the answer: the id that the gateway has reported, if it reported anything. */
  readonly id: string;
  readonly status: number;
  readonly isCut: boolean;
}

export interface Kind {
  readonly name: string;
  /** How often, beside the others. */
  readonly share: number;
  /** What the upstream does. */
  readonly upstream?: (socket: Socket) => void;
  /** What the client sees. */
  readonly status: number;
  readonly isCut?: true;
  /** Sent as it is, in the place of a request. */
  readonly raw?: string;
  /** The client leaves before its answer, so that it may be reported, or not. */
  readonly leaves?: true;
}

const reply = (status: string, type: string, body: string | Buffer, more = "") => {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(body)]);
  return (socket: Socket) => void socket.write(bytes);
};

const json = "application/json";

export const kinds: readonly Kind[] = [
  { name: "a success", share: 40, status: 200, upstream: reply("200 OK", json, '{"orders":[]}') },
  { name: "a large success", share: 4, status: 200, upstream: reply("200 OK", "text/plain", "x".repeat(100_000)) },
  { name: "nothing there", share: 10, status: 404, upstream: reply("404 Not Found", json, '{"message":"No such order"}') },
  { name: "a page of an error", share: 6, status: 502, upstream: reply("521 s3cr3t", "text/html", gzipSync("<h1>s3cr3t</h1>".repeat(50)), "Content-Encoding: gzip\r\n") }, // prettier-ignore
  { name: "a large error", share: 2, status: 500, upstream: reply("500 s3cr3t", "text/plain", "s3cr3t ".repeat(30_000)) },
  { name: "a login", share: 4, status: 401, upstream: reply("401 Unauthorized", json, "{}", "WWW-Authenticate: Basic\r\n") },
  { name: "a reset", share: 4, status: 502, upstream: (socket) => void socket.resetAndDestroy() },
  { name: "garbage", share: 4, status: 502, upstream: (socket) => void socket.end("s3cr3t\r\n\r\n") },
  { name: "half a head", share: 4, status: 502, upstream: (socket) => void socket.end("HTTP/1.1 200 OK\r\nX-A") },
  { name: "half a content", share: 4, status: 200, isCut: true, upstream: (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this") }, // prettier-ignore
  { name: "half the chunks", share: 4, status: 200, isCut: true, upstream: (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n") }, // prettier-ignore
  { name: "silence", share: 1, status: 504, upstream: () => {} },
  { name: "a request of garbage", share: 3, status: 400, raw: "s3cr3t\r\n\r\n" },
  { name: "a request without a host, and many behind it", share: 2, status: 400, raw: `GET / HTTP/1.1\r\n\r\n${"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500)}` }, // prettier-ignore
  { name: "a head without end", share: 2, status: 400, raw: `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}` },
  { name: "a tunnel", share: 2, status: 501, raw: "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: a\r\n\r\n" },
  { name: "a client that leaves", share: 3, status: 0, leaves: true, upstream: (socket) => void setTimeout(reply("200 OK", json, "{}"), 50, socket) }, // prettier-ignore
];

/** Does what the path says: `/<index of the kind>`. */
export async function startUpstream() {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let head = "";
    socket.on("data", (chunk) => {
      head += chunk.toString("latin1");
      const path = /^\w+ \/(\d+)[^]*\r\n\r\n/.exec(head)?.[1];
      if (path === undefined) return;
      head = "";
      kinds[Number(path)]?.upstream?.(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const release = () => sockets.forEach((socket) => socket.destroy());
  return { port: (server.address() as AddressInfo).port, release, close: () => void (server.close(), release()) };
}

export function createAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 64 });
}

/** Has an exchange of a kind, and checks its error against the contract. Whoever leaves has no outcome. */
export async function have(kind: Kind, port: number, agent: Agent, id: string): Promise<Outcome | undefined> {
  if (kind.raw !== undefined) {
    const answer = parseAnswer(await exchange(port, kind.raw));
    return { id: String(assertContract(answer)["request_id"]), status: answer.status, isCut: false };
  }
  const path = `/${kinds.indexOf(kind)}?token=s3cr3t`;
  if (kind.leaves) return leave(port, path, id);
  const { status, headers, text, isCut } = await ask(port, path, agent, id);
  if (status >= 400) assertContract({ status, headers: new Headers(headers as Record<string, string>), text });
  return { id, status, isCut };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly isCut: boolean;
}

function ask(port: number, path: string, agent: Agent, id: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: "127.0.0.1", path, agent, headers: { "X-Request-Id": id } }, (response) => {
      const { statusCode: status = 0, headers } = response;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", () => {}).on("close", () => resolve({ status, headers, text, isCut: !response.complete }));
    });
    outgoing.on("error", reject).end();
  });
}

async function leave(port: number, path: string, id: string): Promise<undefined> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
}

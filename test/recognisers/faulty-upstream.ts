import { createServer, type Socket } from "node:net";
import { closedPort } from "../wire.js";

/** What an upstream does to a connection once a request's header section, or a TLS handshake, has arrived. */
export type Deed = (socket: Socket) => void;

export interface Upstream {
  readonly url: string;
  /** Also ends the connections that are still open. */
  readonly close: () => Promise<void>;
}

/** An upstream on the loopback interface that treats every request alike. */
export async function upstream(deed: Deed): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let head = "";
    socket.on("data", (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n") && !head.startsWith("\x16")) return;
      head = "";
      deed(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

/** Runs `use` against such an upstream. */
export async function withUpstream<T>(deed: Deed | "refused", use: (url: string) => Promise<T>): Promise<T> {
  if (deed === "refused") return use(`http://127.0.0.1:${await closedPort()}`);
  const { url, close } = await upstream(deed);
  try {
    return await use(url);
  } finally {
    await close();
  }
}

/** Answers with a whole response. Its content contains the canary. */
export function answer(status: number, headers: Readonly<Record<string, string>> = {}, content = '{"message":"s3cr3t"}'): Deed {
  const fields = {
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(content)),
    Connection: "close",
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return (socket) => socket.end(`HTTP/1.1 ${status} s3cr3t\r\n${lines.join("")}\r\n${content}`);
}

const begun = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/** Deeds that leave no usable answer. */
export const deeds = {
  refused: "refused",
  reset: (socket) => socket.resetAndDestroy(),
  closed: (socket) => socket.end(),
  stalled: () => undefined,
  garbage: (socket) => socket.end("s3cr3t is not HTTP\r\n\r\n"),
  "header too large": (socket) => socket.end(`HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(40_000)}\r\nContent-Length: 0\r\n\r\n`),
  truncated: (socket) => socket.end(`${begun}Content-Length: 100\r\n\r\n{"s3cr3t":`),
  "last chunk missing": (socket) => socket.end(`${begun}Transfer-Encoding: chunked\r\n\r\na\r\n{"s3cr3t":\r\n`),
  "bad chunk": (socket) => socket.end(`${begun}Transfer-Encoding: chunked\r\n\r\nzz\r\n{"s3cr3t":\r\n`),
  "stalled content": (socket) => socket.write(`${begun}Content-Length: 100\r\n\r\n{"s3cr3t":`),
  "not gzip": answer(200, { "Content-Encoding": "gzip" }, "s3cr3t"),
  "not JSON": answer(200, {}, '{"s3cr3t": s3cr3t'),
  "too large": answer(200, {}, JSON.stringify("s3cr3t".repeat(5000))),
  "redirect loop": answer(302, { Location: "/s3cr3t" }),
  "redirect to another scheme": answer(302, { Location: "ftp://s3cr3t/" }),
  "bad redirect": answer(302, { Location: "http://[s3cr3t" }),
} satisfies Record<string, Deed | "refused">;

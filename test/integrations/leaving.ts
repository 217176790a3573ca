// Clients that leave: their requests to the upstream go with them.
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type ClientHttp2Session } from "node:http2";
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Problem } from "@fg-errors/core";
import { expect } from "vitest";
import type { Upstream } from "../faults/index.js";
import { eventually, patience } from "../patience.js";
import { exchange, parseAnswer, request } from "../wire.js";
import type { Integration } from "./integration.js";
import type { Host } from "./integration-hosts.js";

/** When the client leaves, and what it has sent by then. Each path says what the upstream does. */
export const moments = {
  "before the head": request("GET /silent", { Connection: "keep-alive" }),
  "before the head of a HEAD": request("HEAD /silent", { Connection: "keep-alive" }),
  "before the head, its content sent": request(
    "POST /silent",
    { Connection: "keep-alive", "Content-Type": "text/plain" },
    "some content",
  ),
  "amid the content": request("GET /half", { Connection: "keep-alive" }),
  "amid an error's content": request("GET /broken", { Connection: "keep-alive" }),
  "during an upload": request("POST /silent", { "Content-Length": "100000", "Content-Type": "text/plain" }, "some content"),
  "while two answers are due": request("GET /silent", { Connection: "keep-alive" }).repeat(2),
} as const;

export type Moment = keyof typeof moments;

/** How it leaves. */
export const ways = {
  FIN: (socket: Socket) => void socket.end(),
  RST: (socket: Socket) => void socket.resetAndDestroy(),
} as const;

export type Way = keyof typeof ways;

const replies: Readonly<Record<string, string>> = {
  half: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome octets",
  broken: "HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\nsome octets",
};

/** An upstream that answers nothing, or half, and knows how many requests are open: each has a connection of its own. */
export async function startUpstream() {
  const sockets = new Set<Socket>();
  const open = new Set<Socket>();
  let requests = 0;
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => (sockets.delete(socket), open.delete(socket)));
    socket.once("data", (head) => {
      requests++;
      open.add(socket); // undici opens others, for no request, when one is aborted
      const reply = replies[/^\w+ \/(\w*)/.exec(head.toString("latin1"))?.[1] ?? ""];
      if (reply !== undefined) socket.write(reply);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect: {},
    connections: () => open.size,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return { ...upstream, requests: () => requests };
}

/**
 * Has a client leave, and waits until the upstream has no request left; the gateway goes on, and reports nothing that alarms anybody.
 * @param isNoticed whether it is reported at all
 */
export async function leave(
  host: Host,
  integration: Integration,
  moment: Moment,
  leaves: Way | "HTTP/2",
  isNoticed = false,
): Promise<void> {
  const upstream = await startUpstream();
  const closers: (() => unknown)[] = [upstream.close];
  const problems: Problem[] = [];
  const options = { onError: (problem: Problem) => void problems.push(problem) };
  const onClose = (close: () => unknown) => void closers.push(close);
  const listener = await host.create(integration, { upstream, limit: 4 * patience, options, onClose });
  const server: Server = leaves === "HTTP/2" ? createHttp2Server(listener as never) : createServer(listener);
  let asked = 0;
  server.on("request", () => asked++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const client = leaves === "HTTP/2" ? askHttp2(port, moment) : ask(port, moment, leaves);
    const count = moment === "while two answers are due" ? 2 : 1;
    await eventually(() => expect(asked).toBe(count));
    if (!(integration.buffers && moment === "during an upload")) await eventually(() => expect(upstream.requests()).toBe(count));
    if (moment === "amid the content" && !integration.buffers) await client.content;
    client.leave();
    await eventually(() => expect(upstream.connections()).toBe(0));
    if (leaves !== "HTTP/2") expect(parseAnswer(await exchange(port, request("GET /alive"))).text).toBe("still here");
    if (isNoticed) await eventually(() => expect(problems).not.toEqual([]));
    expect(problems.filter(({ routine }) => !routine).map(({ status, cause }) => `${status} ${String(cause)}`)).toEqual([]);
  } finally {
    server.close();
    if ("closeAllConnections" in server) (server.closeAllConnections as () => void)();
    await Promise.all(closers.map((close) => close()));
  }
}

function ask(port: number, moment: Moment, way: Way) {
  const socket = connect(port, "127.0.0.1", () => socket.write(moments[moment])).on("error", () => {});
  const content = new Promise((resolve) => socket.on("data", resolve));
  return { content, leave: () => ways[way](socket) };
}

function askHttp2(port: number, moment: Moment) {
  const [, method = "", path = ""] = /^(\w+) (\S+)/.exec(moments[moment])!;
  const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${port}`).on("error", () => {});
  const open = () => {
    const stream = session
      .request(
        { ":method": method, ":path": path, ...(method === "POST" && { "content-type": "text/plain" }) },
        { endStream: method !== "POST" },
      )
      .on("error", () => {});
    if (method === "POST") stream.write("some content");
    if (moment === "before the head, its content sent") stream.end();
    return stream;
  };
  const streams = moment === "while two answers are due" ? [open(), open()] : [open()];
  const content = new Promise((resolve) => streams[0]!.on("data", resolve));
  return {
    content,
    leave: () => {
      for (const stream of streams) stream.close(8); // CANCEL
      streams[0]!.once("close", () => session.destroy());
    },
  };
}

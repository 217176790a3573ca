// A complete reply is a success, whatever octets stand behind it (RFC 9112 section 6.3): the message ends where its framing says.
import { once } from "node:events";
import { Agent, request as send, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createRawServer, type Socket } from "node:net";
import { fgErrors as expressErrors, relay, type Reply } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import { request as undiciRequest } from "undici";
import { describe, expect, it, vi } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

interface Case {
  readonly name: string;
  readonly method?: string;
  /** The head of the reply, its content as framed, and the octets behind it. */
  readonly parts: readonly [head: string, content: string, surplus: string];
  readonly status: number;
  readonly text: string;
}

const surplus = "surplus";

const cases: readonly Case[] = [
  { name: "a 204 with content", parts: ["204 No Content\r\nContent-Length: 7", "", surplus], status: 204, text: "" },
  {
    name: "a 204 with chunks",
    parts: ["204 No Content\r\nTransfer-Encoding: chunked", "", "3\r\nabc\r\n0\r\n\r\n"],
    status: 204,
    text: "",
  },
  { name: "a 304 with content", parts: ['304 Not Modified\r\nETag: "1"', "", surplus], status: 304, text: "" },
  {
    name: "a 302 with too much",
    parts: ["302 Found\r\nLocation: /\r\nContent-Length: 4", "text", surplus],
    status: 302,
    text: "text",
  },
  { name: "a 200 with too much", parts: ["200 OK\r\nContent-Length: 4", "text", surplus], status: 200, text: "text" },
  {
    name: "a 201 without content",
    method: "PUT",
    parts: ["201 Created\r\nContent-Length: 0", "", surplus],
    status: 201,
    text: "",
  },
  {
    name: "a 200 that closes",
    parts: ["200 OK\r\nConnection: close\r\nContent-Length: 4", "text", surplus],
    status: 200,
    text: "text",
  },
  {
    name: "a 200 in chunks",
    parts: ["200 OK\r\nTransfer-Encoding: chunked", "4\r\ntext\r\n0\r\n\r\n", surplus],
    status: 200,
    text: "4\r\ntext\r\n0\r\n\r\n",
  },
  { name: "a HEAD with content", method: "HEAD", parts: ["200 OK\r\nContent-Length: 7", "", surplus], status: 200, text: "" },
  {
    name: "a second reply",
    parts: ["200 OK\r\nContent-Length: 4", "text", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"],
    status: 200,
    text: "text",
  },
  {
    name: "a 404 with too much",
    parts: ["404 Not Found\r\nContent-Length: 4", "text", surplus],
    status: 404,
    text: expect.stringContaining('"status":404') as string,
  },
];

/** Where one packet ends and the next begins; the second waits for the first to have arrived. */
const packets = ["in one packet", "content and all behind the head", "behind the content"] as const;

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  describe.each(packets)("%s", (packet) => {
    it.each(cases)("delivers $name, and closes the upstream's connection", async ({ method = "GET", parts, status, text }) => {
      const [head, content, rest] = parts;
      let headArrived = () => {};
      let answered = () => {};
      const atHead = new Promise<void>((resolve) => (headArrived = resolve));
      const atAnswer = new Promise<void>((resolve) => (answered = resolve));
      const sockets: Socket[] = [];
      const closed: Promise<unknown>[] = [];
      const upstream = createRawServer((socket) => {
        socket.on("error", () => {});
        sockets.push(socket);
        closed.push(once(socket, "close"));
        const isFirst = sockets.length === 1;
        socket.on("data", async () => {
          if (!isFirst || sockets.length > 1) return socket.end("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
          const start = `HTTP/1.1 ${head}\r\n\r\n`;
          if (packet === packets[0]) return socket.write(start + content + rest);
          socket.write(packet === packets[1] ? start : start + content);
          await (packet === packets[1] ? atHead : atAnswer);
          return socket.write(packet === packets[1] ? content + rest : rest);
        });
      });
      const onError = vi.fn();
      const agent = new Agent({ keepAlive: true });
      const given = { settings: { agent }, options: { onError }, handlers: { proxyRes: () => headArrived() } };
      await withServer(upstream as never, (port) =>
        behind(library, port, given, async (gateway) => {
          const bytes = await exchange(gateway, request(`${method} /`, {}, method === "PUT" ? "content" : ""));
          const answer = parseAnswer(bytes);
          answered();
          expect(answer).toMatchObject({ status, text });
          await closed[0];
          expect(parseAnswer(await exchange(gateway, request("GET /")))).toMatchObject({ status: 200, text: "second" });
        }),
      );
      agent.destroy();
      expect(onError.mock.calls.filter(([{ status: reported }]) => reported !== status)).toEqual([]);
    });
  });
});

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  it("delivers a function's reply that is inspected first", async () => {
    const head = "200 OK\r\nX-Cff-Request-Id: 1\r\nContent-Type: application/json\r\nContent-Length: 6";
    const upstream = createRawServer((socket) => {
      socket.on("error", () => {}).once("data", () => void socket.write(`HTTP/1.1 ${head}\r\n\r\n"text"surplus`));
    });
    const onError = vi.fn();
    const bytes = await withServer(upstream as never, (port) =>
      behind(library, port, { options: { hiddenFailures: true, onError } }, (gateway) => exchange(gateway, request("GET /"))),
    );
    expect(parseAnswer(bytes)).toMatchObject({ status: 200, text: '"text"' });
    expect(onError).not.toHaveBeenCalled();
  });
});

type Relay = (url: string, method: string, response: ServerResponse, relayed: (reply: Reply) => Promise<void>) => Promise<void>;

const calls: Readonly<Record<string, Relay>> = {
  fetch: async (url, method, _response, relayed) => relayed(await fetch(url, { method, redirect: "manual" })),
  undici: async (url, method, _response, relayed) => relayed((await undiciRequest(url, { method: method as "GET" })) as Reply),
  "node:http": (url, method, _response, relayed) =>
    new Promise((resolve, reject) => {
      send(url, { method }, (reply: IncomingMessage) => void relayed(reply).then(resolve, reject))
        .on("error", reject) // as everybody does for what fails before the reply
        .end();
    }),
};

const gateways: Readonly<Record<string, (call: Relay, url: string, onError: () => void) => RequestListener>> = {
  "Express 5": onExpress(express),
  "Express 4": onExpress(express4),
  "Koa 3": onKoa(Koa),
  "Koa 2": onKoa(Koa2),
};

function onExpress(framework: typeof express) {
  return (call: Relay, url: string, onError: () => void) =>
    framework()
      .use((incoming, response, next) => {
        call(url, incoming.method, response, (reply) => relay(response, reply)).catch(next);
      })
      .use(expressErrors({ onError })) as RequestListener;
}

function onKoa(Framework: typeof Koa) {
  return (call: Relay, url: string, onError: () => void) =>
    new Framework()
      .use(koaErrors({ onError }))
      .use((ctx) => call(url, ctx.method, ctx.res, (reply) => koaRelay(ctx, reply)))
      .callback() as RequestListener;
}

describe.each(Object.entries(gateways))("relay() on %s", (_gateway, create) => {
  describe.each(Object.entries(calls))("of %s", (_call, call) => {
    it.each(cases)("delivers $name", async ({ method = "GET", parts: [head, content, rest], status, text }) => {
      const upstream = createRawServer((socket) => {
        socket.on("error", () => {}).once("data", () => void socket.write(`HTTP/1.1 ${head}\r\n\r\n${content}${rest}`));
      });
      const onError = vi.fn();
      await withServer(upstream as never, (port) =>
        withServer(create(call, `http://127.0.0.1:${port}`, onError), async (gateway) => {
          expect(parseAnswer(await exchange(gateway, request(`${method} /`)))).toMatchObject({ status, text });
        }),
      );
      expect(onError.mock.calls.filter(([{ status: reported }]) => reported !== status)).toEqual([]);
    });
  });
});

it("relay() leaves a request's own listeners their errors, and off() finds them", async () => {
  const upstream = createRawServer((socket) => {
    socket.on("error", () => {}).once("data", () => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"));
  });
  await withServer(upstream as never, (port) =>
    withServer(
      (_incoming, response) => {
        const heard = vi.fn();
        const outgoing = send({ port }, (reply) => {
          relay(response as never, reply).catch(() => response.destroy());
          outgoing.emit("error", new Error("of an incomplete reply"));
          expect(heard).toHaveBeenCalledTimes(1);
          outgoing.off("error", heard);
          expect(outgoing.listeners("error")).not.toContain(heard);
        });
        outgoing.on("error", heard).end();
      },
      (gateway) => exchange(gateway, request("GET /")),
    ),
  );
});

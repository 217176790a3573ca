// Replies whose head Node would refuse when it is sent late: an upstream's Trailer, its reason phrase. No library may end the process with them.
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fgErrors, fgProxy } from "@fg-errors/express";
import express from "express";
import httpProxy from "http-proxy";
import httpProxy3 from "http-proxy-3";
import httpProxy3v2 from "http-proxy-3v2";
import { createProxyMiddleware } from "http-proxy-middleware";
import { createProxyMiddleware as createProxyMiddleware4 } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, withServer } from "../wire.js";
import { recordProblems, type Listener } from "./interceptor-gateways.js";
import { libraries, type Library } from "./library-gateways.js";

/** What the upstream sends, by path. */
const replies: Readonly<Record<string, string>> = {
  "/length": "200 OK\r\nTrailer: X-Sum\r\nContent-Length: 7\r\n\r\ncontent",
  "/chunked": "200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\nX-Sum: 7\r\n\r\n",
  "/none": "204 No Content\r\nTrailer: X-Sum\r\n\r\n",
  "/unchanged": '304 Not Modified\r\nTrailer: X-Sum\r\nETag: "1"\r\n\r\n',
  "/error": "409 Conflict\r\nTrailer: X-Sum\r\nContent-Length: 7\r\n\r\ncontent",
  "/reason": "200 O\u0001K\r\nContent-Length: 7\r\n\r\ncontent",
  "/reason-and-trailer": "200 O\u0001K\r\nTrailer: X-Sum\r\nContent-Length: 7\r\n\r\ncontent",
};

/** Each sends its request and closes. */
const requests: Readonly<Record<string, (path: string) => string>> = {
  "HTTP/1.1": (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  "HTTP/1.0": (path) => `GET ${path} HTTP/1.0\r\n\r\n`,
  HEAD: (path) => `HEAD ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
};

const proxied = (name: string, create: (target: string, options: object) => express.RequestHandler): Library => ({
  name,
  create: (target, options) => express().use(create(target, options)).use(fgErrors(options)) as Listener,
});

interface ProxyServer {
  web(request: unknown, response: unknown): unknown;
  on(event: string, listener: (...args: never[]) => unknown): unknown;
}

const server = (name: string, create: (settings: never) => unknown) =>
  proxied(name, (target, options) => {
    const proxy = fgProxy(options).attach(create({ target } as never) as never) as ProxyServer;
    return (request, response) => void proxy.web(request, response);
  });

const proxies: readonly Library[] = [
  proxied("http-proxy-middleware 3", (target, options) => createProxyMiddleware({ target, ...fgProxy(options) })),
  proxied("http-proxy-middleware 4", (target, options) => createProxyMiddleware4({ target, ...fgProxy(options) }) as never),
  server("http-proxy", (settings) => httpProxy.createProxyServer(settings)),
  server("http-proxy-3 1", (settings) => httpProxy3.createProxyServer(settings)),
  server("http-proxy-3 2", (settings) => httpProxy3v2.createProxyServer(settings)),
  server("httpxy", (settings) => createProxyServer(settings)),
];

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeAll(() => void process.prependListener("uncaughtException", note));
afterAll(() => void process.off("uncaughtException", note));

describe.each([...libraries, ...proxies])("$name", ({ create }) => {
  it.each(Object.keys(requests).flatMap((kind) => Object.keys(replies).map((path) => [kind, path] as const)))(
    "answers %s %s and ends nothing",
    async (kind, path) => {
      const bytes = await withServer(upstream(kind === "HEAD") as never, async (port) =>
        withServer(await create(`http://127.0.0.1:${port}`, recordProblems().options), (gateway) =>
          exchange(gateway, requests[kind]!(path)).catch(String),
        ),
      );
      expect(uncaught.splice(0)).toEqual([]);
      const answer = parseAnswer(bytes);
      if (answer.status >= 400 && kind !== "HEAD") assertContract(answer);
      else expect([200, 204, 304, 409, 502]).toContain(answer.status);
      if (path === "/length" || path === "/chunked") expect(answer.status).toBe(200);
      if (path === "/length" && kind !== "HEAD") expect(answer.text).toBe("content");
    },
  );
});

/** Llhttp takes it all; a server of Node's would not write it. */
function upstream(isHead: boolean): Server {
  return createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (request) => {
      const reply = replies[/^\S+ (\/[a-z-]*)/.exec(String(request))![1]!]!;
      socket.end(`HTTP/1.1 ${isHead ? reply.replace(/\r\n\r\n[^]*/, "\r\n\r\n") : reply}`, "latin1");
    });
  });
}

// `headTimeout` limits the whole head of a reply: `proxyTimeout` starts anew with each octet.
import { createServer as createRawServer, type Socket } from "node:net";
import { fgProxy } from "@fg-errors/core/proxy";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { scaled } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const headTimeout = scaled(300);

/** Sends a field every few milliseconds, and never the end of the head. */
function drip(socket: Socket, start: string) {
  socket.write(start);
  const timer = setInterval(() => socket.write("X-A: 1\r\n"), headTimeout / 10);
  socket.on("close", () => clearInterval(timer)).on("error", () => {});
}

const upstreams: Readonly<Record<string, readonly [act: (socket: Socket) => unknown, proxyError: string]>> = {
  "that drips its head": [(socket) => drip(socket, "HTTP/1.1 200 OK\r\n"), "connection_read_timeout"],
  "that drips its head behind a 103": [
    (socket) => drip(socket, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n"),
    "connection_read_timeout",
  ],
  "that is silent": [(socket) => socket.on("error", () => {}), "http_response_timeout"],
};

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  const through = (act: (socket: Socket) => unknown, bytes: string, onError: () => void, settings: object = {}) =>
    withServer(createRawServer((socket) => void socket.once("data", () => act(socket))) as never, (port) =>
      behind(library, port, { settings, options: { headTimeout, onError } }, (gateway) => exchange(gateway, bytes)),
    );

  describe.each(Object.entries(upstreams))("an upstream %s", (_how, [act, proxyError]) => {
    it.each(["GET", "PUT"])("is a 504: %s", async (method) => {
      const onError = vi.fn();
      const bytes = await through(act, request(`${method} /`, {}, method === "PUT" ? "content" : ""), onError, {
        proxyTimeout: 10 * headTimeout,
      });
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
      expect(onError.mock.calls).toMatchObject([[{ status: 504, proxyError }, {}]]);
    });

    it("is a 504 for an upgrade", async () => {
      if (library === koaProxies) return; // it proxies no upgrades
      const onError = vi.fn();
      const bytes = await through(act, request("GET /", { Connection: "Upgrade", Upgrade: "websocket" }), onError);
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 504 });
      expect(onError.mock.calls).toMatchObject([[{ status: 504, proxyError }, {}]]);
    });
  });

  it("does not limit the content", async () => {
    const onError = vi.fn();
    const bytes = await through(
      (socket) => {
        socket.on("error", () => {}).write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nte");
        setTimeout(() => socket.write("xt"), 2 * headTimeout);
      },
      request("GET /"),
      onError,
    );
    expect(parseAnswer(bytes)).toMatchObject({ status: 200, text: "text" });
    expect(onError).not.toHaveBeenCalled();
  });
});

it.each([0, 1.5, "1", 2_147_483_648])("refuses %j", (wrong) => {
  expect(() => fgProxy({ headTimeout: wrong as number })).toThrow(
    'fgProxy: option "headTimeout" takes milliseconds, an integer from 1 to 2147483647',
  );
});

// An error reply whose content breaks is still that error: its head has said so.
import { createServer as createRawServer, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";

const breaks: Readonly<Record<string, readonly [head: string, content: string, end: (socket: Socket) => unknown]>> = {
  "ends early": ["Content-Length: 100", "part", (socket) => socket.end()],
  "is reset": ["Content-Length: 100", "part", (socket) => socket.resetAndDestroy()],
  "has a chunk without a size": ["Transfer-Encoding: chunked", "4\r\npart\r\nnone\r\n", () => {}],
};

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  describe.each(Object.entries(breaks))("an error reply that %s", (_how, [head, content, end]) => {
    it.each([404, 409, 503])("is a %i", async (status) => {
      let arrived = () => {};
      const atHead = new Promise<void>((resolve) => (arrived = resolve));
      const upstream = createRawServer((socket) => {
        socket
          .on("error", () => {})
          .once("data", async () => {
            socket.write(`HTTP/1.1 ${status} No\r\n${head}\r\n\r\n`);
            await atHead;
            socket.write(content, () => end(socket));
          });
      });
      const onError = vi.fn();
      const given = { options: { onError }, handlers: { proxyRes: () => arrived() } };
      const bytes = await withServer(upstream as never, (port) =>
        behind(library, port, given, (gateway) => exchange(gateway, request("GET /"))),
      );
      expect(assertContract(parseAnswer(bytes))).toMatchObject({ status });
      expect(onError.mock.calls).toMatchObject([[{ status }, {}]]);
    });
  });
});

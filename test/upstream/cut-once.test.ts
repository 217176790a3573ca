// A response that fgProxy() cuts is reported once, whatever its framework hears of the cut.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, createServer as createRawServer, type AddressInfo, type Socket } from "node:net";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it, vi } from "vitest";
import { request, withServer } from "../wire.js";
import { koaProxies, libraries, type Library } from "./proxy-libraries.js";

const breaks: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "ends early": (socket) => socket.end(),
  "is reset": (socket) => socket.resetAndDestroy(),
  "has a chunk without a size": (socket) => socket.write("none\r\n"),
};

function onKoa(
  Framework: typeof Koa,
  library: Library,
  upstream: number,
  options: ResponderOptions,
  heard: () => void,
): RequestListener {
  const { web } = library.create(upstream, { options });
  const app = new Framework().use(fgErrors(options)).on("error", heard);
  if (library === koaProxies) return web as RequestListener;
  return app
    .use((ctx) => {
      ctx.respond = false;
      return web(ctx.req, ctx.res) as Promise<void>;
    })
    .callback() as RequestListener;
}

const http1Only = (name: string) => name === "http-proxy" || name.endsWith("middleware 3") || name === "koa-proxies";

describe.each([
  ["Koa 3", Koa],
  ["Koa 2", Koa2],
])("%s", (_host, Framework) => {
  describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
    describe.each(Object.entries(breaks))("content that %s", (_how, end) => {
      it.each(http1Only(library.name) ? ["HTTP/1"] : ["HTTP/1", "HTTP/2"])("is reported once: %s", async (version) => {
        let arrived = () => {};
        const atClient = new Promise<void>((resolve) => (arrived = resolve));
        const upstream = createRawServer((socket) => {
          socket
            .on("error", () => {})
            .once("data", async () => {
              socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
              await atClient;
              end(socket);
            });
        });
        const onError = vi.fn();
        const heard = vi.fn();
        await withServer(upstream as never, async (port) => {
          const listener = onKoa(Framework, library, port, { onError }, heard);
          if (version === "HTTP/1") {
            return withServer(createServer(listener), async (at) => {
              const client = connect(at, "127.0.0.1");
              client.write(request("GET /"));
              client.once("data", arrived);
              expect(String(Buffer.concat(await client.toArray()))).toMatch(/part\r\n$/);
            });
          }
          const gateway = createHttp2Server(listener as never).listen(0, "127.0.0.1");
          await once(gateway, "listening");
          const session = connectHttp2(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
          const stream = session.request({ ":path": "/" });
          stream.on("error", () => {}).once("data", arrived);
          await new Promise((resolve) => stream.once("close", resolve));
          expect(stream.rstCode).not.toBe(0);
          session.destroy();
          gateway.close();
          await once(gateway, "close");
        });
        expect(onError).toHaveBeenCalledTimes(1);
        expect(onError.mock.calls).toMatchObject([[{ status: 502 }, { responseStarted: true }]]);
      });
    });
  });
});

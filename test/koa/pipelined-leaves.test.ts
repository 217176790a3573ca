// A client that leaves while one of its answers waits behind another is nobody's 5xx, whatever the body is.
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { fgErrors, relay } from "@fg-errors/koa";
import type { Problem } from "@fg-errors/core";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../patience.js";
import { withServer } from "../wire.js";

const endless = () => new Readable({ read() {} });

const bodies: Readonly<Record<string, (ctx: Koa.Context, upstream: number) => unknown>> = {
  "a stream": (ctx) => {
    const body = endless();
    body.push("begun");
    ctx.body = body;
  },
  "a relayed reply": async (ctx, upstream) => relay(ctx, await fetch(`http://127.0.0.1:${upstream}`)),
};

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  it.each(Object.keys(bodies))("%s", async (name) => {
    const onError = vi.fn<(problem: Problem) => void>();
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const upstream = createServer((_request, response) => void response.write("begun"));
    await withServer(upstream, async (upstreamPort) => {
      let [asked, relayed] = [0, 0];
      const connections: Socket[] = [];
      const app = new Framework();
      app.use(fgErrors({ onError }));
      app.use(async (ctx) => {
        asked++;
        await bodies[name]!(ctx, upstreamPort);
        relayed++;
      });
      const gateway = createServer(app.callback()).on("connection", (socket) => connections.push(socket));
      await withServer(gateway, async (port) => {
        const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        const socket = connect(port, "127.0.0.1");
        socket.write(request + request);
        await once(socket, "data");
        await eventually(() => expect(asked).toBe(2));
        await eventually(() => expect(relayed).toBe(2));
        const isClosed = new Promise((resolve) => connections[0]!.once("close", resolve));
        socket.destroy();
        await isClosed;
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate); // whatever is reported of it has been by then
      });
    });
    expect(onError.mock.calls.map(([{ status }]) => status).filter((status) => status >= 500)).toEqual([]);
    expect(stderr).not.toHaveBeenCalled();
    stderr.mockRestore();
  });
});

// What somebody did to the response or the connection before the failure.
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createError from "http-errors";
import { describe, expect, it, vi } from "vitest";
import { hosts, type Act } from "../hosts.js";
import { eventually, patience } from "../patience.js";
import { exchange, request, withServer } from "../wire.js";

const quiet = { onError() {} };

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  it("drops a reason phrase that belongs to another status", async () => {
    const act: Act = (_request, response) => {
      response.statusMessage = "s3cr3t";
      throw createError(429);
    };
    const bytes = await withServer(create(act, quiet), (port) => exchange(port, request("GET /act")));
    expect(bytes.split("\r\n")[0]).toBe("HTTP/1.1 503 Service Unavailable");
  });

  it("drains content that somebody listens to without reading", async () => {
    const act: Act = (incoming) => {
      incoming.on("readable", () => {});
      throw createError(400);
    };
    const bytes = await withServer(create(act, quiet), (port) =>
      exchange(port, request("POST /act", { Connection: "keep-alive" }, "x".repeat(300_000)) + request("GET /nowhere")),
    );
    expect(bytes).toMatch(/HTTP\/1\.1 404/);
  });

  it("cuts an HTTP/1.0 response on a unix socket, too", async () => {
    const path = join(tmpdir(), `fg-errors-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
    const act: Act = async (_request, response) => {
      response.write("first ");
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("x");
    };
    const server = createServer(create(act, quiet)).listen(path);
    try {
      await once(server, "listening");
      const socket = connect(path, () => socket.write("GET /act HTTP/1.0\r\n\r\n"));
      socket.setTimeout(patience, () => socket.destroy(new Error("hangs"))).resume();
      await once(socket, "close");
    } finally {
      server.close();
      server.closeAllConnections();
      await rm(path, { force: true });
    }
  });

  it("blames the client for the framing that it broke", async () => {
    const onError = vi.fn();
    const act: Act = async (incoming) => {
      for await (const _chunk of incoming);
    };
    await withServer(create(act, { onError }), async (port) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("POST /act HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
      );
      await once(socket.resume(), "close");
      await eventually(() => expect(onError).toHaveBeenCalled());
    });
    for (const [{ status }] of onError.mock.calls as [{ status: number }][]) expect(status).toBeLessThan(500);
  });

  it("answers over HTTP/2 though fields of HTTP/1.1 were set", async () => {
    const act: Act = (_request, response) => {
      for (const name of ["Keep-Alive", "Upgrade", "Proxy-Connection", "TE"])
        try {
          response.setHeader(name, "x");
        } catch {} // node:http2 refuses some of them at once
      throw createError(404, "x", { headers: { "HTTP2-Settings": "x" } });
    };
    const server = createHttp2Server(createHttp2(act, quiet) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const stream = session.request({ ":path": "/act" });
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      expect(headers[":status"]).toBe(404);
      stream.close();
    } finally {
      session.destroy();
      server.close();
    }
  });
});

// A failure that is noticed when the client has left is a routine 499; one that comes while it is there, or of this side, is what it is.
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { json, text } from "node:stream/consumers";
import { problem, type Problem } from "@fg-errors/core";
import { relay as relayToNode } from "@fg-errors/express";
import { fgErrors as koaErrors, relay } from "@fg-errors/koa";
import { bodyParser } from "@koa/bodyparser";
import busboy from "busboy";
import coBody from "co-body";
import express from "express";
import express4 from "express4";
import { fgErrors as expressErrors } from "@fg-errors/express";
import createError from "http-errors";
import Koa from "koa";
import Koa2 from "koa2";
import multer from "multer";
import rawBody from "raw-body";
import { describe, expect, it, vi } from "vitest";
import { hosts, type Act } from "../hosts.js";
import { eventually } from "../patience.js";
import { answer, withUpstream } from "../recognisers/faulty-upstream.js";
import { exchange, request, withServer } from "../wire.js";

function listener() {
  const problems: Problem[] = [];
  return { problems, options: { onError: (found: Problem) => void problems.push(found) } };
}

const left = { status: 408, receivedStatus: 499, routine: true, upstreamStatus: undefined, proxyError: undefined };

/** How a client of HTTP/1 leaves. */
const ways = { FIN: (socket: Socket) => void socket.end(), RST: (socket: Socket) => void socket.resetAndDestroy() };

/** What a handler throws once the client has left, whatever it calls that. */
const failures: Readonly<Record<string, () => unknown>> = {
  "an unknown error": () => new Error("s3cr3t"),
  "a 502": () => createError(502),
  "a 503 on purpose": () => problem(503, "x"),
  "a 404 on purpose": () => problem(404, "x"),
  "a text": () => "nobody there",
  "a reset": () => Object.assign(new Error("aborted"), { code: "ECONNRESET" }),
};

/** Waits until the client has left. */
const leaving = (response: ServerResponse) => new Promise((resolve) => response.on("close", resolve));

describe.each(hosts)("$name", ({ create, createHttp2 }) => {
  describe.each(Object.entries(failures))("%s", (_name, make) => {
    it.each(Object.entries(ways))("after a %s", async (_way, leave) => {
      const { problems, options } = listener();
      const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      const act: Act = async (_request, response) => {
        await leaving(response);
        throw make();
      };
      await withServer(create(act, options), async (port) => {
        const socket = connect(port, "127.0.0.1").on("error", () => {});
        socket.write(request("GET /act"), () => setImmediate(leave, socket));
        await eventually(() => expect(problems).toMatchObject([left]));
      });
      expect(written).not.toHaveBeenCalled();
      written.mockRestore();
    });

    it("after a stream of HTTP/2 is cancelled", async () => {
      const { problems, options } = listener();
      const act: Act = async (_request, response) => {
        const { stream } = response as unknown as { stream: ServerResponse };
        await new Promise((resolve) => stream.on("close", resolve));
        throw make();
      };
      const server = createHttp2Server(createHttp2(act, options) as never).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).on("error", () => {});
      const stream = session.request({ ":path": "/act" }).on("error", () => {});
      server.once("stream", () => stream.close(8));
      await eventually(() => expect(problems).toMatchObject([left]));
      session.destroy();
      server.close();
    });
  });

  it("an upstream's break that a pipeline notices is reported, though the pipeline has destroyed the response", async () => {
    const { problems, options } = listener();
    const act: Act = async (_request, response) => {
      response.statusCode = 200;
      await pipeline(
        Readable.from(
          (async function* () {
            yield "begun";
            await new Promise(setImmediate);
            throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
          })(),
        ),
        response,
      );
    };
    await withServer(create(act, options), async (port) => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      socket.write(request("GET /act"));
      await once(socket.resume(), "close");
      await eventually(() => expect(problems).toHaveLength(1));
    });
    expect(problems).toMatchObject([{ status: 502, proxyError: "http_response_incomplete" }]);
    expect(problems[0]!.routine).toBeUndefined();
  });

  it("a failure after a complete answer is what it is", async () => {
    const { problems, options } = listener();
    const act: Act = async (_request, response) => {
      response.statusCode = 200;
      const isClosed = once(response, "close");
      response.end("done");
      await isClosed;
      throw new Error("s3cr3t");
    };
    await withServer(create(act, options), (port) => exchange(port, request("GET /act")));
    expect(problems).toMatchObject([{ status: 500 }]);
  });
});

type Reader = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

const form = { "Content-Type": "multipart/form-data; boundary=x" };

/** Readers of a request's content, and what it says it is. */
const readers: Readonly<Record<string, readonly [Reader, Record<string, string>]>> = {
  "raw-body": [(incoming) => rawBody(incoming), {}],
  "co-body": [(incoming) => coBody.json(incoming), { "Content-Type": "application/json" }],
  "a consumer of Node's": [(incoming) => text(incoming), {}],
  "a consumer of JSON": [(incoming) => json(incoming), {}],
  busboy: [
    (incoming) =>
      new Promise((resolve, reject) => {
        const reader = busboy({ headers: incoming.headers }).on("close", resolve).on("error", reject);
        pipeline(incoming, reader).catch(reject);
      }),
    form,
  ],
  multer: [
    (incoming, response) =>
      new Promise((resolve, reject) => {
        multer().any()(incoming as never, response as never, (error: unknown) => (error ? reject(error as Error) : resolve(0)));
      }),
    form,
  ],
};

describe.each(hosts)("$name, left during its upload", ({ create }) => {
  describe.each(Object.entries(readers))("read by %s", (_name, [read, headers]) => {
    it.each(Object.entries(ways))("%s", async (_way, leave) => {
      const { problems, options } = listener();
      const act: Act = async (incoming, response) => {
        await read(incoming, response);
        response.statusCode = 200;
        response.end("read");
      };
      await withServer(create(act, options), async (port) => {
        const socket = connect(port, "127.0.0.1").on("error", () => {});
        socket.write(request("POST /act", { ...headers, "Content-Length": "1000" }, "--x\r\n"), () =>
          setImmediate(leave, socket),
        );
        await eventually(() => expect(problems).not.toEqual([]));
      });
      expect(problems).toMatchObject(problems.map(() => left));
    });
  });
});

const frameworks: Readonly<Record<string, (url: string, options: object) => (...args: never[]) => unknown>> = {
  "Express 5": (url, options) => onExpress(express, url, options),
  "Express 4": (url, options) => onExpress(express4 as unknown as typeof express, url, options),
  "Koa 3": (url, options) => onKoa(Koa, url, options),
  "Koa 2": (url, options) => onKoa(Koa2 as unknown as typeof Koa, url, options),
};

function onExpress(framework: typeof express, url: string, options: object) {
  const app = framework();
  app.get(
    "/act",
    (_request, response, next) =>
      void fetch(url)
        .then((reply) => relayToNode(response, reply, options))
        .catch(next),
  );
  app.post("/act", framework.json(), (_request, response) => void response.end());
  return app.use(expressErrors(options)) as (...args: never[]) => unknown;
}

function onKoa(Framework: typeof Koa, url: string, options: object) {
  const app = new Framework();
  app.on("error", () => {});
  app.use(koaErrors(options));
  app.use((ctx, next) => (ctx.method === "GET" ? next() : bodyParser()(ctx, next)));
  app.use(async (ctx) => (ctx.method === "GET" ? relay(ctx, await fetch(url), options) : void (ctx.body = "read")));
  return app.callback() as (...args: never[]) => unknown;
}

describe.each(Object.entries(frameworks))("%s", (_name, build) => {
  it.each(Object.entries(ways))("relay() that is left while it streams: %s", async (_way, leave) => {
    const { problems, options } = listener();
    const endless = (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun");
    await withUpstream(endless, (url) =>
      withServer(build(url, options) as never, async (port) => {
        const socket = connect(port, "127.0.0.1").on("error", () => {});
        socket.write(request("GET /act", { Connection: "keep-alive" }));
        await once(socket, "data");
        leave(socket);
        expect(await exchange(port, request("POST /act", { "Content-Type": "application/json" }, "{}"))).toMatch(
          /^HTTP\/1\.1 200/,
        );
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      }),
    );
    expect(problems.filter(({ routine }) => !routine)).toEqual([]);
  });

  it.each(Object.entries(ways))("its own body parser that is left: %s", async (_way, leave) => {
    const { problems, options } = listener();
    await withServer(build("", options) as never, async (port) => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      const sent = request("POST /act", { "Content-Type": "application/json", "Content-Length": "1000" }, "{");
      socket.write(sent, () => setImmediate(leave, socket));
      await eventually(() => expect(problems).not.toEqual([]));
    });
    expect(problems).toMatchObject(problems.map(() => left));
  });

  it("an upstream that breaks while the client is there is not hidden", async () => {
    const { problems, options } = listener();
    await withUpstream(answer(200, { "Content-Length": "1000" }, "begun"), (url) =>
      withServer(build(url, options) as never, (port) => exchange(port, request("GET /act")).catch(() => "")),
    );
    expect(problems.map(({ status, routine }) => [status, routine])).toEqual([[502, undefined]]);
  });
});

// What HTTP/2 cannot send of a head is left out, whoever has set it, and an answer always follows.
import { once } from "node:events";
import type { RequestListener, Server, ServerResponse } from "node:http";
import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { fgErrors as expressErrors, fgProxy, fgResponses as expressUpstream, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import httpProxy3 from "http-proxy-3";
import { createProxyMiddleware } from "http-proxy-middleware4";
import { createProxyServer } from "httpxy";
import Koa from "koa";
import Koa2 from "koa2";
import * as undici from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { http2Value } from "../../packages/core/src/http/is-field.js";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { withServer } from "../wire.js";

type Create = (target: string) => RequestListener;

const http2Express = createRequire(import.meta.url)("http2-express") as (framework: typeof express) => express.Express;
const quiet = { onError() {} };
const twice = { Location: ["/a", "/b"], ETag: ['"1"', '"2"'], "Content-Language": ["de", "en"], "Keep-Alive": "timeout=5" };

/** Has set what HTTP/2 cannot send, for whatever the upstream says. */
const onExpress =
  (framework: typeof express, act: (app: express.Express, target: string) => unknown): Create =>
  (target) => {
    const app = http2Express(framework).disable("x-powered-by");
    app.use((_request, response, next) => (setOwn(response), next()));
    act(app, target);
    return app.use(expressErrors(quiet)) as RequestListener;
  };

const onKoa =
  (Framework: typeof Koa, act: (app: Koa, target: string) => unknown): Create =>
  (target) => {
    const app = new Framework().on("error", () => {}).use(koaErrors(quiet));
    app.use((ctx, next) => (setOwn(ctx.res), next()));
    act(app, target);
    return app.callback() as RequestListener;
  };

function setOwn(response: { setHeader(name: string, value: string | string[]): unknown }): void {
  response.setHeader("Access-Control-Max-Age", ["1", "2"]);
  response.setHeader("X-Own", " blanks around it ");
  response.setHeader("X-Bad", "a\nb");
  response.setHeader("Upgrade", "h2c");
}

const write = async (target: string, response: ServerResponse) => {
  const { statusCode, headers, body } = await undici.request(target);
  response.writeHead(statusCode, headers).end(Buffer.from(await body.arrayBuffer()));
};

const gateways: Readonly<Record<string, Create>> = {
  "relay(), Express 5": onExpress(express, (app, target) =>
    app.use(
      (_request, response, next) =>
        void undici
          .request(target)
          .then((reply) => expressRelay(response, reply))
          .catch(next),
    ),
  ),
  "relay(), Express 4": onExpress(express4, (app, target) =>
    app.use(
      (_request, response, next) =>
        void undici
          .request(target)
          .then((reply) => expressRelay(response, reply))
          .catch(next),
    ),
  ),
  "relay(), Koa 3": onKoa(Koa, (app, target) => app.use(async (ctx) => koaRelay(ctx, await undici.request(target)))),
  "relay(), Koa 2": onKoa(Koa2, (app, target) => app.use(async (ctx) => koaRelay(ctx, await undici.request(target)))),
  "fgResponses(), Express 5": onExpress(express, (app, target) =>
    app.use(expressUpstream(quiet), (_request, response, next) => void write(target, response).catch(next)),
  ),
  "fgResponses(), Koa 3, ctx.res": onKoa(Koa, (app, target) =>
    app.use(koaUpstream(quiet)).use((ctx) => ((ctx.respond = false), write(target, ctx.res))),
  ),
  "fgResponses(), Koa 3, ctx.body": onKoa(Koa, (app, target) =>
    app.use(koaUpstream(quiet)).use(async (ctx) => {
      const { statusCode, headers, body } = await undici.request(target);
      ctx.status = statusCode;
      ctx.set(headers as Record<string, string>);
      ctx.body = body;
    }),
  ),
  // Version 3 and http-proxy itself know nothing of HTTP/2.
  "http-proxy-middleware 4": onExpress(express, (app, target) =>
    app.use(createProxyMiddleware({ target, ...fgProxy(quiet) }) as unknown as express.RequestHandler),
  ),
  "http-proxy-3": onExpress(express, (app, target) => {
    const proxy = fgProxy(quiet).attach(httpProxy3.createProxyServer({ target }) as never) as ReturnType<
      typeof createProxyServer
    >;
    app.use((request, response) => void proxy.web(request, response));
  }),
  httpxy: onExpress(express, (app, target) => {
    const proxy = fgProxy(quiet).attach(createProxyServer({ target }) as never) as ReturnType<typeof createProxyServer>;
    app.use((request, response) => void proxy.web(request, response));
  }),
  "what the application has set, Express 5": onExpress(express, (app, target) =>
    app.use(async (_request, response) => {
      for (const [name, value] of Object.entries(twice)) response.setHeader(name, value);
      throw Object.assign(new Error("Sold out"), { status: (await undici.request(target)).statusCode, expose: true });
    }),
  ),
  "what the application has set, Koa 3": onKoa(Koa, (app, target) =>
    app.use(async (ctx) => {
      const { statusCode, body } = await undici.request(target);
      for (const [name, value] of Object.entries(twice)) ctx.set(name, value);
      if (statusCode === 400) ctx.throw(400, "Sold out");
      ctx.body = body;
    }),
  ),
};

/** Without a helper of ours, Express writes what the application has set: only its errors are ours. */
const successless = new Set(["what the application has set, Express 5"]);

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeAll(() => void process.prependListener("uncaughtException", note));
afterAll(() => void process.off("uncaughtException", note));

describe.each(Object.entries(gateways))("%s", (name, create) => {
  const ask = (status: string) =>
    withServer(upstream(status) as never, (port) =>
      withServer(createHttp2Server(create(`http://127.0.0.1:${port}`) as never) as unknown as Server, async (gateway) =>
        exchange(gateway),
      ),
    );

  it.skipIf(successless.has(name))("sends a success", async () => {
    const { headers, text } = await ask("200 OK");
    expect(uncaught.splice(0)).toEqual([]);
    expect([headers[":status"], text]).toEqual([200, "content"]);
    expect([headers["etag"], headers["location"], headers["content-language"]]).toEqual(['"1"', "/a", "de, en"]);
    expectOwn(headers);
  });

  // Some services give a 204 a length, which HTTP/2 takes for an error of the whole response.
  it.skipIf(name.startsWith("what the")).each(["204 No Content", "205 Reset Content"])(
    "sends a %s without its length",
    async (status) => {
      const { headers, text } = await ask(status);
      expect(uncaught.splice(0)).toEqual([]);
      expect([headers[":status"], text, headers["location"]]).toEqual([Number(status.slice(0, 3)), "", "/a"]);
      expect(headers["content-length"] ?? "0").toBe("0");
      expectOwn(headers);
    },
  );

  it("answers an error", async () => {
    const { headers, text } = await ask("400 Bad Request");
    expect(uncaught.splice(0)).toEqual([]);
    const fields = Object.entries(headers).filter(([field]) => !field.startsWith(":"));
    assertContract({ status: Number(headers[":status"]), headers: new Headers(fields as [string, string][]), text });
    expect([headers[":status"], headers["location"], headers["etag"]]).toEqual([400, "/a", undefined]);
    expectOwn(headers);
  });
});

it("knows the fields that node:http2 refuses", async () => {
  const names = Object.entries(constants)
    .filter(([constant]) => constant.startsWith("HTTP2_HEADER_"))
    .map(([, name]) => String(name))
    .filter((name) => !name.startsWith(":"));
  const isSentOnce = (name: string) => !Array.isArray(http2Value(name, ["1", "2"]) ?? []);
  const server = createHttp2Server().on("stream", (stream: ServerHttp2Stream, { ":path": path }: IncomingHttpHeaders) => {
    const [, name = "", times] = String(path).split("/");
    try {
      stream.respond({ [name]: times === "once" ? "1" : ["1", "2"], ":refused-in-any-case": "1" });
    } catch (refused) {
      stream.respond({ refused: (refused as NodeJS.ErrnoException).code }, { endStream: true });
    }
  });
  const refusedBy = (port: number, times: string, code: string) =>
    Promise.all(
      names.map(async (name) => ((await exchange(port, `/${name}/${times}`)).headers["refused"] === code ? [name] : [])),
    );
  await withServer(server as unknown as Server, async (port) => {
    const once = await refusedBy(port, "once", "ERR_HTTP2_INVALID_CONNECTION_HEADERS");
    expect(once.flat().toSorted()).toEqual(names.filter((name) => http2Value(name, "1") === undefined).toSorted());
    const twice = await refusedBy(port, "twice", "ERR_HTTP2_HEADER_SINGLE_VALUE");
    expect(twice.flat().toSorted()).toEqual(names.filter(isSentOnce).toSorted());
  });
});

function expectOwn(headers: IncomingHttpHeaders): void {
  expect([headers["access-control-max-age"], headers["x-own"]]).toEqual(["1", "blanks around it"]);
  for (const name of ["x-bad", "upgrade", "keep-alive"]) expect(headers[name], name).toBeUndefined();
}

function upstream(status: string) {
  const fields = Object.entries(twice).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}\r\n`));
  const content = status.startsWith("204") ? "" : "content";
  return createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(`HTTP/1.1 ${status}\r\n${fields.join("")}Content-Length: 7\r\n\r\n${content}`));
  });
}

async function exchange(port: number, path = "/") {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ":path": path }).setEncoding("utf8");
    stream.setTimeout(patience, () => stream.close(constants.NGHTTP2_CANCEL));
    const response = once(stream, "response", { signal: AbortSignal.timeout(patience) });
    let text = "";
    stream.on("data", (chunk: string) => (text += chunk));
    const [headers] = (await response) as [IncomingHttpHeaders];
    await once(stream, "close");
    return { headers, text };
  } finally {
    session.destroy();
  }
}

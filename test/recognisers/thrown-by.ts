import { createServer, request, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import { patience } from "../patience.js";

/** What a client sends; `cut` makes it leave as soon as the server has begun with it. */
export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly cut?: boolean;
}

/** Of whatever framework and version. */
type Middleware = (...args: never[]) => unknown;

/** What a middleware of Express 4 or 5 passes on as an error when it meets a real request. */
export function thrownByExpress(version: 4 | 5, middleware: Middleware, sent: Sent): Promise<unknown> {
  return thrownBy(sent, (caught) => {
    const app = version === 4 ? (express4() as unknown as express.Express) : express();
    app.use(middleware as express.RequestHandler);
    app.use(((error, _req, res, _next) => {
      caught(error);
      res.status(500).end();
    }) as express.ErrorRequestHandler);
    return app;
  });
}

/** What a middleware of Koa 2 or 3 throws when it meets a real request. */
export function thrownByKoa(version: 2 | 3, middleware: Middleware, sent: Sent): Promise<unknown> {
  return thrownBy(sent, (caught) => {
    const app = version === 2 ? (new Koa2() as Koa) : new Koa();
    app.silent = true;
    app.use((_ctx, next) => next().catch(caught));
    app.use(middleware as Koa.Middleware);
    return app.callback();
  });
}

/** What the listener made by `listen`, given to a real server, reports. */
export async function thrownBy(sent: Sent, listen: (caught: (error: unknown) => void) => RequestListener): Promise<unknown> {
  const { method = "POST", path = "/", headers = {}, body = "", cut = false } = sent;
  const server = createServer();
  try {
    return await new Promise((resolve, reject) => {
      setTimeout(reject, patience, new Error("Nothing was thrown in time.")).unref();
      server.on("request", listen(resolve)).listen(0, "127.0.0.1", () => {
        const outgoing = request({
          host: "127.0.0.1",
          port: (server.address() as AddressInfo).port,
          method,
          path,
          headers,
          agent: false,
        });
        outgoing.on("error", (error) => cut || reject(error));
        outgoing.on("response", (response) => {
          response
            .resume()
            .on("end", () => setImmediate(reject, new Error(`${response.statusCode} was answered, nothing thrown.`)));
        });
        server.on("request", () => cut && setImmediate(() => outgoing.destroy()));
        if (cut) outgoing.write(body);
        else outgoing.end(body);
      });
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

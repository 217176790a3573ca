// 405 with Allow, 501 and OPTIONS, from Express's own routes: 4, 5 with its first router and 5 as it is now.
import { request as startRequest } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors } from "@fg-errors/express";
import cors from "cors";
import express from "express";
import express4 from "express4";
import express50 from "express5.0";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withoutIds, withServer } from "../wire.js";

type Framework = typeof express;

const versions: readonly (readonly [string, Framework])[] = [
  ["5", express],
  ["5.0", express50],
  ["4", express4],
];

const ok: express.RequestHandler = (_request, response) => void response.json({});
const pass: express.RequestHandler = (_request, _response, next) => next();

/** A bit of everything that has a path. */
function createApp(framework: Framework, isOurs = true): express.Express {
  const { Router } = framework;
  const items = Router({ mergeParams: true });
  items.get("/", ok).post("/", ok);
  items.route("/:item").get(ok).put(ok).delete(ok);
  const orders = Router();
  orders.get("/", ok);
  orders.use("/:order/items", items);
  const app = framework();
  app.use(pass);
  app.all("/guarded", pass);
  app.get("/guarded", ok);
  app.get("/passes", pass);
  app.patch(["/one", "/two"], ok);
  app.get(/^\/files\/(\d+)$/, ok);
  app.get("/both", ok);
  app.post("/both", ok);
  app.use("/orders", orders);
  app.use(["/v1", "/v2"], orders);
  app.propfind("/dav", ok);
  if (isOurs) app.use(fgErrors());
  return app;
}

interface Mutable {
  handle: express.RequestHandler;
}

/** Wraps a handler as @opentelemetry/instrumentation-express does: members that `for in` lists are passed through, error handlers left alone. */
function traced(handler: express.RequestHandler): express.RequestHandler {
  if (handler.length === 4) return handler;
  const wrapper: express.RequestHandler = (incoming, response, next) => handler(incoming, response, next);
  for (const key in handler) Object.defineProperty(wrapper, key, { get: () => (handler as never)[key] });
  return wrapper;
}

const requests: [request: string, status: number, allow: string | undefined][] = [
  ["POST /orders", 405, "HEAD, GET, OPTIONS"],
  ["POST /orders/", 405, "HEAD, GET, OPTIONS"],
  ["DELETE /orders/1/items", 405, "HEAD, GET, POST, OPTIONS"],
  ["DELETE /orders/1/items?a=/b", 405, "HEAD, GET, POST, OPTIONS"],
  ["PATCH /orders/1/items/2", 405, "HEAD, GET, PUT, DELETE, OPTIONS"],
  ["PATCH /v2/1/items/2", 405, "HEAD, GET, PUT, DELETE, OPTIONS"],
  ["GET /one", 405, "PATCH, OPTIONS"],
  ["HEAD /two", 405, "PATCH, OPTIONS"],
  ["PUT /files/17", 405, "HEAD, GET, OPTIONS"],
  ["PUT /both", 405, "HEAD, GET, POST, OPTIONS"],
  ["POST /guarded", 405, "HEAD, GET, OPTIONS"],
  ["GET /dav", 405, "PROPFIND, OPTIONS"],
  ["PUT /ORDERS", 405, "HEAD, GET, OPTIONS"],
  ["PUT /files/x", 404, undefined],
  ["GET /passes", 404, undefined],
  ["POST /nowhere", 404, undefined],
  ["POST /orders/1/items/2/3", 404, undefined],
  ["POST /orders/%E0/items", 400, undefined], // Express itself refuses to decode it
  ["GET /", 404, undefined],
  ["PROPFIND /nowhere", 404, undefined], // a route elsewhere takes it
  ["PROPFIND /orders", 405, "HEAD, GET, OPTIONS"],
  ["MKCOL /orders", 405, "HEAD, GET, OPTIONS"], // the handler of /guarded might take it
  ["MKCOL /nowhere", 404, undefined],
  ["TRACE /orders", 405, "HEAD, GET, OPTIONS"],
];

describe.each(versions)("Express %s", (_version, framework) => {
  it.each(requests)("answers %s with %i", async (line, status, allow) => {
    const [method = "", path = ""] = line.split(" ");
    await withServer(createApp(framework), async (port) => {
      const response = await send(port, method, path);
      expect(response).toEqual({ status, allow });
    });
  });

  it("lists a method that a route has got since the last request", async () => {
    const app = framework();
    const route = app.route("/late").get(ok);
    app.use(fgErrors());
    await withServer(app, async (port) => {
      expect(await send(port, "PATCH", "/late")).toEqual({ status: 405, allow: "HEAD, GET, OPTIONS" });
      route.put(ok);
      expect(await send(port, "PATCH", "/late")).toEqual({ status: 405, allow: "HEAD, GET, PUT, OPTIONS" });
      Object.assign(route, { stack: [], methods: {} });
      route.get(ok).post(ok);
      expect(await send(port, "PATCH", "/late")).toEqual({ status: 405, allow: "HEAD, GET, POST, OPTIONS" });
    });
  });

  it("leaves OPTIONS of a routed path to Express, octet for octet", async () => {
    const options = async (app: express.Express, path: string) => {
      const bytes = await withServer(app, (port) => exchange(port, request(`OPTIONS ${path}`)));
      return withoutIds(bytes);
    };
    const mounted = (...handlers: express.RequestHandler[]) => {
      const inner = framework();
      inner.get("/inner/:id", ok).use("/inner", ...handlers);
      return inner;
    };
    for (const path of ["/orders", "/orders/1/items/2?a=1", "/one", "/guarded", "/files/17", "/both", "/v2"])
      expect(await options(createApp(framework), path), path).toBe(await options(createApp(framework, false), path));
    const [handler] = fgErrors() as unknown as [express.RequestHandler];
    expect(await options(mounted(handler), "/inner/1")).toBe(await options(mounted(pass), "/inner/1"));
  });

  it.each<[string, (app: express.Express) => void]>([
    ["no handler takes OPTIONS", () => {}],
    ["its handler passes it on", (app) => void app.options("/x", pass)],
    ["all handlers pass it on", (app) => void app.all("/x", pass)],
  ])("answers OPTIONS with a 404 where no route takes another method and %s", async (_where, addTo) => {
    const app = framework();
    addTo(app);
    app.use(fgErrors());
    const answer = await withServer(app, async (port) => parseAnswer(await exchange(port, request("OPTIONS /x"))));
    expect(assertContract(answer)).toMatchObject({ status: 404 });
  });

  it("answers a path that only handlers of OPTIONS take with a 404", async () => {
    const app = framework();
    app.options(/.*/, cors());
    app.get("/orders", ok);
    app.use(fgErrors());
    await withServer(app, async (port) => {
      for (const method of ["GET", "POST", "HEAD"])
        expect(await send(port, method, "/nowhere")).toEqual({ status: 404, allow: undefined });
      expect(await send(port, "PUT", "/orders")).toEqual({ status: 405, allow: "OPTIONS, HEAD, GET" });
      expect(await send(port, "OPTIONS", "/nowhere")).toMatchObject({ status: 204 });
    });
  });

  describe("a method that no route takes", () => {
    const answers = async (addTo: (app: express.Express) => unknown, options?: ResponderOptions) => {
      const app = framework();
      addTo(app.use(pass));
      app.get("/orders", ok).use(fgErrors(options));
      return withServer(app, async (port) => [
        (await send(port, "PROPFIND", "/orders")).status,
        (await send(port, "PROPFIND", "/nowhere")).status,
      ]);
    };
    const withoutMethods = (_app: express.Express) => {};
    const inRouter = (inner: express.RequestHandler) => framework.Router().use("/deep", inner);

    it("is a 501 where all that might take it was asked", async () => {
      expect(await answers(withoutMethods)).toEqual([501, 501]);
      expect(await answers((app) => app.use("/dav", fgErrors()))).toEqual([501, 501]);
      expect(await answers((app) => app.use("/dav", ((_error, _request, _response, next) => next()) as express.ErrorRequestHandler))).toEqual([501, 501]); // prettier-ignore
      expect(await answers((app) => app.use("/dav", framework.Router().get("/", ok)))).toEqual([501, 501]);
    });

    it("is a 501 below the path of a handler in a router, which was asked", async () => {
      expect(await answers((app) => app.use(framework.Router().use("/orders", pass)))).toEqual([501, 404]);
    });

    it.each<[string, (app: express.Express) => unknown]>([
      ["a middleware", (app) => app.use("/dav", ok)],
      ["a route for all methods", (app) => app.all("/dav", ok)],
      ["a middleware in a router", (app) => app.use(inRouter(ok))],
      ["a middleware in a router at another path", (app) => app.use("/dav", framework.Router().use(ok))],
      ["an application", (app) => app.use("/dav", framework().get("/", ok))],
      ["a route", (app) => app.propfind("/dav", ok)],
    ])("is a 405 or a 404 where %s at another path might take it", async (_what, addTo) => {
      expect(await answers(addTo)).toEqual([405, 404]);
    });

    it("is a 405 or a 404 where the option says that middleware takes it", async () => {
      expect(await answers(withoutMethods, { methods: ["PROPFIND"] })).toEqual([405, 404]);
      expect(await answers(withoutMethods, { methods: ["MKCOL"] })).toEqual([501, 501]);
    });
  });

  it("finds its routes where a tool has wrapped the handlers", async () => {
    const app = createApp(framework);
    const { stack } =
      (app as unknown as { _router?: { stack: Mutable[] } })._router ?? (app.router as unknown as { stack: Mutable[] });
    for (const layer of stack) layer.handle = traced(layer.handle);
    await withServer(app, async (port) =>
      expect(await send(port, "POST", "/orders")).toEqual({ status: 405, allow: "HEAD, GET, OPTIONS" }),
    );
  });

  it("finds the routes of the application it is mounted in", async () => {
    const inner = framework();
    inner.get("/:id", ok);
    inner.use(fgErrors());
    const app = framework();
    app.use("/inner", inner);
    app.use(fgErrors());
    await withServer(app, async (port) =>
      expect(await send(port, "PUT", "/inner/17")).toEqual({ status: 405, allow: "HEAD, GET, OPTIONS" }),
    );
  });

  it("finds the routes around a router that it is mounted in", async () => {
    const inner = framework.Router();
    inner.get("/:id", ok);
    inner.use(fgErrors());
    const app = framework();
    app.use("/inner", inner);
    await withServer(app, async (port) =>
      expect(await send(port, "PUT", "/inner/17")).toEqual({ status: 405, allow: "HEAD, GET, OPTIONS" }),
    );
  });

  it("names the request's own path, whatever router failed", async () => {
    const inner = framework.Router();
    inner.get("/:id", () => {
      throw new Error("x");
    });
    inner.use(fgErrors({ onError() {} }));
    const app = framework();
    app.use("/inner", inner);
    const body = await withServer(app, async (port) => (await fetch(`http://127.0.0.1:${port}/inner/17?secret=1`)).json());
    expect(body).toMatchObject({ status: 500, instance: "/inner/17" });
  });
});

/** fetch refuses TRACE. */
async function send(
  port: number,
  method: string,
  path: string,
): Promise<{ status: number | undefined; allow: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = startRequest({ port, host: "127.0.0.1", method, path, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, allow: response.headers.allow });
    });
    outgoing.on("error", reject).end();
  });
}

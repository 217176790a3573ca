// 405 with Allow and 501, from Express's own routes: 4, 5 with its first router and 5 as it is now.
import { request } from "node:http";
import { fgErrors } from "@fg-errors/express";
import express from "express";
import express4 from "express4";
import express50 from "express5.0";
import { describe, expect, it } from "vitest";
import { withServer } from "../wire.js";

type Framework = typeof express;

const versions: readonly (readonly [string, Framework])[] = [
  ["5", express],
  ["5.0", express50],
  ["4", express4],
];

const ok: express.RequestHandler = (_request, response) => void response.json({});
const pass: express.RequestHandler = (_request, _response, next) => next();

/** A bit of everything that has a path. */
function createApp(framework: Framework): express.Express {
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
  app.use(fgErrors());
  return app;
}

const requests: [request: string, status: number, allow: string | undefined][] = [
  ["POST /orders", 405, "HEAD, GET"],
  ["POST /orders/", 405, "HEAD, GET"],
  ["DELETE /orders/1/items", 405, "HEAD, GET, POST"],
  ["DELETE /orders/1/items?a=/b", 405, "HEAD, GET, POST"],
  ["PATCH /orders/1/items/2", 405, "HEAD, GET, PUT, DELETE"],
  ["PATCH /v2/1/items/2", 405, "HEAD, GET, PUT, DELETE"],
  ["GET /one", 405, "PATCH"],
  ["HEAD /two", 405, "PATCH"],
  ["PUT /files/17", 405, "HEAD, GET"],
  ["PUT /both", 405, "HEAD, GET, POST"],
  ["POST /guarded", 405, "HEAD, GET"],
  ["GET /dav", 405, "PROPFIND"],
  ["PUT /ORDERS", 405, "HEAD, GET"],
  ["PUT /files/x", 404, undefined],
  ["GET /passes", 404, undefined],
  ["POST /nowhere", 404, undefined],
  ["POST /orders/1/items/2/3", 404, undefined],
  ["POST /orders/%E0/items", 400, undefined], // Express itself refuses to decode it
  ["GET /", 404, undefined],
  ["PROPFIND /nowhere", 404, undefined], // a route elsewhere takes it
  ["PROPFIND /orders", 405, "HEAD, GET"],
  ["MKCOL /orders", 501, undefined],
  ["MKCOL /nowhere", 501, undefined],
  ["TRACE /orders", 501, undefined],
];

describe.each(versions)("Express %s", (_version, framework) => {
  it.each(requests)("answers %s with %i", async (line, status, allow) => {
    const [method = "", path = ""] = line.split(" ");
    await withServer(createApp(framework), async (port) => {
      const response = await send(port, method, path);
      expect(response).toEqual({ status, allow });
    });
  });

  it("finds the routes of the application it is mounted in", async () => {
    const inner = framework();
    inner.get("/:id", ok);
    inner.use(fgErrors());
    const app = framework();
    app.use("/inner", inner);
    app.use(fgErrors());
    await withServer(app, async (port) =>
      expect(await send(port, "PUT", "/inner/17")).toEqual({ status: 405, allow: "HEAD, GET" }),
    );
  });

  it("finds the routes around a router that it is mounted in", async () => {
    const inner = framework.Router();
    inner.get("/:id", ok);
    inner.use(fgErrors());
    const app = framework();
    app.use("/inner", inner);
    await withServer(app, async (port) =>
      expect(await send(port, "PUT", "/inner/17")).toEqual({ status: 405, allow: "HEAD, GET" }),
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
    const outgoing = request({ port, host: "127.0.0.1", method, path, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, allow: response.headers.allow });
    });
    outgoing.on("error", reject).end();
  });
}

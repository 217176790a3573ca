// Allow, 404 and 501 from what the routers of Koa leave behind, in several versions.
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors } from "@fg-errors/koa";
import cors from "@koa/cors";
import Router from "@koa/router";
import Router8 from "@koa/router8";
import Koa from "koa";
import Koa2 from "koa2";
import mount from "koa-mount";
import Router14 from "koa-router";
import Router7 from "koa-router7";
import { describe, expect, it } from "vitest";
import { withServer } from "../wire.js";

const routers: readonly (readonly [string, typeof Router])[] = [
  ["@koa/router 15", Router],
  ["@koa/router 8", Router8],
  ["koa-router 14", Router14],
  ["koa-router 7", Router7],
];

const ok: Koa.Middleware = (ctx) => void (ctx.body = {});

const cases = routers.flatMap(([name, Routers]) =>
  [Koa, Koa2].flatMap((Framework) =>
    [false, true].map((refuses) => ({ name, Routers, Framework, refuses, version: Framework === Koa ? 3 : 2 })),
  ),
);

describe.each(cases)("$name on Koa $version, with allowedMethods(): $refuses", ({ Routers, Framework, refuses }) => {
  const create = (router: Router, options?: ResponderOptions) => {
    const app = new Framework().on("error", () => {}) as Koa;
    app.use(fgErrors(options)).use(router.routes() as Koa.Middleware);
    if (refuses) app.use(router.allowedMethods() as Koa.Middleware);
    return app;
  };
  const answers = (app: Koa, ...lines: readonly string[]) =>
    withServer(app.callback(), async (port) => {
      const sent = lines.map(async (line) => {
        const [method, path] = line.split(" ") as [string, string];
        const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
        await response.body?.cancel();
        return [response.status, response.headers.get("allow")];
      });
      return Promise.all(sent);
    });

  it("answers a path that only handlers of OPTIONS take with a 404", async () => {
    const router = new Routers();
    router.options(/.*/, cors() as never);
    router.get("/orders", ok as never);
    expect(await answers(create(router), "GET /nowhere", "POST /nowhere", "HEAD /nowhere")).toEqual([
      [404, null],
      [404, null],
      [404, null],
    ]);
    expect(await answers(create(router), "PUT /orders", "GET /orders")).toEqual([
      [405, "OPTIONS, HEAD, GET"],
      [200, null],
    ]);
  });

  it("lists only the methods that a route names", async () => {
    const router = new Routers();
    router.all("/orders", (_ctx, next) => next());
    router.get("/orders", ok as never).delete("/orders", ok as never);
    router.all("/guarded", (_ctx, next) => next());
    const [refused, guarded] = await answers(create(router), "PUT /orders", "PUT /guarded");
    expect(refused).toEqual([405, "HEAD, GET, DELETE"]);
    expect(guarded).toEqual([404, null]);
  });

  it.runIf(refuses)("leaves OPTIONS to allowedMethods()", async () => {
    const router = new Routers();
    router.get("/orders", ok as never);
    expect(await answers(create(router), "OPTIONS /orders")).toEqual([[200, "HEAD, GET"]]);
  });

  it.skipIf(refuses)("answers a method that a route elsewhere takes with a 405 or a 404", async () => {
    const router = new Routers();
    router.get("/orders", ok as never).register("/dav", ["PROPFIND"], ok as never);
    expect(await answers(create(router), "PROPFIND /orders", "PROPFIND /nowhere", "MKCOL /nowhere")).toEqual([
      [405, "HEAD, GET"],
      [404, null],
      [501, null],
    ]);
  });
});

it.each([
  ["3", Koa],
  ["2", Koa2],
])("answers a method that the option names with a 404 on Koa %s, where no middleware takes it", async (_version, Framework) => {
  const serve = async (options?: ResponderOptions) => {
    const app = new Framework().on("error", () => {}) as Koa;
    app.use(fgErrors(options)).use(mount("/dav", ok));
    return withServer(app.callback(), async (port) => {
      const statusOf = async (path: string) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "PROPFIND" });
        await response.body?.cancel();
        return response.status;
      };
      return [await statusOf("/dav"), await statusOf("/")];
    });
  };
  expect(await serve({ methods: ["PROPFIND"] })).toEqual([200, 404]);
  expect(await serve()).toEqual([200, 501]);
});

// What is mounted in the wrong order is warned of once, with what to do; what is in order is not.
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Router from "@koa/router";
import Koa from "koa";
import Koa2 from "koa2";
import mount from "koa-mount";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { exchange, request, withServer } from "../wire.js";

const ok: Koa.Middleware = (ctx) => void (ctx.body = {});
const atX: Koa.Middleware = (ctx, next) => (ctx.path === "/x" ? ok(ctx, next) : next());
const pass: Koa.Middleware = (_ctx, next) => next();

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  let emitWarning: MockInstance<typeof process.emitWarning>;
  beforeEach(() => {
    emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  });
  afterEach(() => emitWarning.mockRestore());

  const appOf = (...middleware: readonly Koa.Middleware[]) => {
    const app = new Framework().on("error", () => {}) as Koa;
    for (const each of middleware) app.use(each);
    return app;
  };
  const warningsOf = async (...middleware: readonly Koa.Middleware[]) => {
    await withServer(appOf(...middleware).callback(), async (port) => {
      for (const path of ["/x", "/", "/api/x"]) await exchange(port, request(`GET ${path}`));
    });
    return emitWarning.mock.calls.map(([message]) => String(message));
  };

  it.each<[string, () => readonly Koa.Middleware[], warning: string]>([
    ["fgErrors() behind a route", () => [atX, fgErrors()], "fgErrors() is mounted last and sees no error of what is in front of it: mount it first"],
    ["fgErrors() behind what passes on", () => [pass, fgErrors()], "fgErrors() is mounted last and sees no error of what is in front of it: mount it first"],
    ["fgErrors() twice", () => [fgErrors(), fgErrors(), ok], "fgErrors() is mounted twice, and the inner one answers: remove one of them"],
    ["fgErrors() first and last", () => [fgErrors(), pass, fgErrors()], "fgErrors() is mounted twice, and the inner one answers: remove one of them"],
    ["fgResponses() twice", () => [fgErrors(), fgResponses(), fgResponses(), ok], "fgResponses() is mounted twice: remove one of them"],
    ["fgResponses() last", () => [fgErrors(), pass, fgResponses()], "fgResponses() is mounted last and replaces nothing: mount it in front of what writes error responses"],
    ["fgResponses() in front of fgErrors()", () => [fgResponses(), fgErrors(), ok], "fgResponses() is mounted in front of fgErrors(), which answers what it replaces: mount fgErrors() first"],
  ])("warns of %s once", async (_what, list, warning) => {
    expect(await warningsOf(...list())).toEqual([warning]);
    for (const [, options] of emitWarning.mock.calls) expect(options).toMatchObject({ type: "FgErrorsWarning" });
  }); // prettier-ignore

  it.each<[string, () => readonly Koa.Middleware[]]>([
    ["an application with both", () => [fgErrors(), fgResponses(), ok]],
    ["a log in front", () => [pass, fgErrors(), pass, ok]],
    ["an application without routes", () => [fgErrors()]],
    ["fgResponses() in front of each of two proxies", () => [fgErrors(), fgResponses(), pass, fgResponses({ hiddenFailures: true }), ok]],
    ["an application with its own", () => [fgErrors(), mount("/api", appOf(fgErrors(), ok) as never), ok]],
    ["a router with its own", () => [fgErrors(), new Router().use(fgErrors()).get("/x", ok).routes() as Koa.Middleware]],
  ])("does not warn of %s", async (_what, middleware) => {
    expect(await warningsOf(...middleware())).toEqual([]);
  }); // prettier-ignore

  it("does not warn of two applications that share one", async () => {
    const shared = fgErrors();
    for (let each = 0; each < 2; each++) expect(await warningsOf(shared, ok)).toEqual([]);
  });

  it.each([
    ["fgErrors", fgErrors],
    ["fgResponses", fgResponses],
  ])("says what to do where %s itself is mounted", async (name, made) => {
    const onError = vi.fn<(error: Error) => void>();
    const app = new Framework().on("error", onError) as Koa;
    app.use(made as unknown as Koa.Middleware);
    await withServer(app.callback(), (port) => exchange(port, request("GET /")));
    expect(onError.mock.calls.map(([{ message }]) => message)).toEqual([
      `${name} is mounted without being called: write app.use(${name}())`,
    ]);
  });
});

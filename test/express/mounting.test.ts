// What is mounted in the wrong order is warned of once, with what to do; what is in order is not.
import { fgErrors, fgResponses } from "@fg-errors/express";
import express from "express";
import express4 from "express4";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { parseAnswer, exchange, request, withServer } from "../wire.js";

const ok: express.RequestHandler = (_request, response) => void response.json({});
const pass: express.RequestHandler = (_request, _response, next) => next();

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  let emitWarning: MockInstance<typeof process.emitWarning>;
  beforeEach(() => {
    emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  });
  afterEach(() => emitWarning.mockRestore());

  /** The warnings of an application that was asked several times. */
  const warningsOf = async (build: (app: express.Express) => unknown) => {
    const app = framework();
    build(app);
    await withServer(app, async (port) => {
      for (const path of ["/x", "/nowhere", "/x", "/api/x"]) await exchange(port, request(`GET ${path}`));
    });
    return emitWarning.mock.calls.map(([message]) => String(message));
  };
  const inner = (build: (app: express.Express) => unknown) => {
    const app = framework();
    build(app);
    return app;
  };

  it.each<[string, (app: express.Express) => unknown, warnings: readonly string[]]>([
    ["fgErrors() first", (app) => app.use(fgErrors()).use(pass).get("/x", ok), ["fgErrors() is mounted first and answers every request: mount it last, behind all routes and middleware"]],
    ["fgErrors() first, behind fgResponses()", (app) => app.use(fgResponses(), fgErrors()).get("/x", ok), ["fgErrors() is mounted first and answers every request: mount it last, behind all routes and middleware"]],
    ["fgErrors() twice", (app) => app.get("/x", ok).use(fgErrors(), fgErrors()), ["fgErrors() is mounted twice, and the second is never reached: remove one of them"]],
    ["one fgErrors() twice", (app, handlers = fgErrors()) => app.get("/x", ok).use(handlers, handlers), ["fgErrors() is mounted twice, and the second is never reached: remove one of them"]],
    ["fgErrors() in the middle", (app) => app.get("/x", ok).use(fgErrors()).get("/y", ok), ["the route GET /y is mounted after fgErrors() and is never reached: mount fgErrors() last"]],
    ["fgResponses() behind fgErrors()", (app) => app.get("/x", ok).use(fgErrors(), fgResponses()), ["fgResponses() is mounted after fgErrors() and is never reached: mount fgErrors() last"]],
    ["fgResponses() twice", (app) => app.use(fgResponses(), fgResponses()).get("/x", ok).use(fgErrors()), ["fgResponses() is mounted twice: remove one of them"]],
    ["fgResponses() last", (app) => app.get("/x", ok).use(fgResponses(), fgErrors()), ["fgResponses() is mounted behind everything and replaces nothing: mount it in front of what writes error responses"]],
  ])("warns of %s once", async (_what, build, warnings) => {
    expect(await warningsOf(build)).toEqual(warnings);
    for (const [, options] of emitWarning.mock.calls) expect(options).toMatchObject({ type: "FgErrorsWarning" });
  }); // prettier-ignore

  it.each<[string, (app: express.Express) => unknown]>([
    ["an application with both", (app) => app.use(fgResponses()).get("/x", ok).use(fgErrors())],
    ["an application without routes", (app) => app.use(fgErrors())],
    ["fgErrors() at a path", (app) => app.use("/api", fgErrors()).get("/x", ok).use(fgErrors())],
    ["two at the same path", (app) => app.use("/api", fgErrors()).use("/x", fgErrors()).use(fgErrors())],
    ["a router with its own", (app) => app.use("/api", framework.Router().get("/x", ok).use(fgErrors())).use(fgErrors())],
    ["an application with its own", (app) => app.use("/api", inner((mounted) => mounted.get("/x", ok).use(fgErrors()))).use(fgErrors())],
    ["fgResponses() in front of each of two proxies", (app) => app.use(fgResponses(), pass, fgResponses({ hiddenFailures: true }), pass).use(fgErrors())],
    ["fgResponses() at two paths", (app) => app.use("/x", fgResponses(), ok).use("/api", fgResponses(), ok).use(fgErrors())],
  ])("does not warn of %s", async (_what, build) => {
    expect(await warningsOf(build)).toEqual([]);
  }); // prettier-ignore

  it("does not warn of two applications that share one", async () => {
    const handlers = fgErrors();
    for (let each = 0; each < 2; each++) expect(await warningsOf((app) => app.get("/x", ok).use(handlers))).toEqual([]);
  });

  it.each([
    ["fgErrors", fgErrors],
    ["fgResponses", fgResponses],
  ])("says what to do where %s itself is mounted", async (name, made) => {
    const onError = vi.fn();
    const app = framework().use(made as unknown as express.RequestHandler);
    app.use(((error: Error, _request, response, _next) => {
      onError(error.message);
      response.end();
    }) as express.ErrorRequestHandler);
    expect(await withServer(app, async (port) => parseAnswer(await exchange(port, request("GET /"))))).toMatchObject({
      text: "",
    });
    expect(onError.mock.calls).toEqual([[`${name} is mounted without being called: write app.use(${name}())`]]);
  });
});

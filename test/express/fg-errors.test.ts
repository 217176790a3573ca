import { fgErrors } from "@fg-errors/express";
import cors from "cors";
import express from "express";
import express4 from "express4";
import { describe, expect, it, vi } from "vitest";
import { withServer } from "../wire.js";

const versions = [
  ["5", express],
  ["4", express4],
] as const;

const get = (app: express.Express, path: string, init?: RequestInit) =>
  withServer(app, async (port) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
  });

describe.each(versions)("Express %s", (_version, framework) => {
  it("answers what next() was called with", async () => {
    const app = framework();
    app.get("/", (_request, _response, next) => next(Object.assign(new Error("No such order"), { status: 404, expose: true })));
    app.use(fgErrors());
    expect(await get(app, "/")).toMatchObject({ status: 404, body: { detail: "No such order" } });
  });

  it("answers an error that another error handler passed on", async () => {
    const app = framework();
    app.get("/", () => {
      throw new Error("x");
    });
    app.use(((error, _request, _response, next) => next(Object.assign(error, { status: 409 }))) as express.ErrorRequestHandler);
    app.use(fgErrors());
    expect(await get(app, "/")).toMatchObject({ status: 409 });
  });

  it("answers a path that does not decode", async () => {
    const app = framework();
    app.get("/:id", () => {});
    app.use(fgErrors());
    expect(await get(app, "/%E0%A4%A")).toMatchObject({ status: 400 });
  });

  it("keeps what a real CORS middleware set", async () => {
    const app = framework();
    app.use(cors({ origin: "https://shop.example", credentials: true, exposedHeaders: ["X-Request-Id"] }));
    app.use(fgErrors());
    const { headers } = await get(app, "/nowhere", { headers: { Origin: "https://shop.example" } });
    expect(Object.fromEntries(headers)).toMatchObject({
      "access-control-allow-origin": "https://shop.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "X-Request-Id",
      vary: "Origin",
    });
  });

  it("warns of what is mounted after it once, by name", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      const app = framework();
      app.get("/before", (_request, response) => void response.json({}));
      app.use(fgErrors());
      app.get("/late", () => {});
      app.use(function lateMiddleware() {});
      await withServer(app, async (port) => {
        for (const path of ["/late", "/late", "/nowhere"]) await fetch(`http://127.0.0.1:${port}${path}`);
        app.post("/later", () => {});
        for (const path of ["/late", "/later"]) await fetch(`http://127.0.0.1:${port}${path}`);
      });
      expect(emitWarning.mock.calls.map(([message]) => String(message).split(" is mounted")[0])).toEqual([
        "the route GET /late",
        "the middleware lateMiddleware",
        "the route POST /later",
      ]);
    } finally {
      emitWarning.mockRestore();
    }
  });

  it("does not warn where everything is in order", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      const app = framework();
      app.use("/api", fgErrors());
      app.get("/", (_request, response) => void response.json({}));
      app.use(fgErrors());
      await withServer(app, async (port) => {
        for (const path of ["/api/x", "/x"]) await fetch(`http://127.0.0.1:${port}${path}`);
      });
      expect(emitWarning).not.toHaveBeenCalled();
    } finally {
      emitWarning.mockRestore();
    }
  });
});

it("answers a rejected promise on Express 5, of a falsy value too", async () => {
  const app = express();
  app.get("/error", () => Promise.reject(Object.assign(new Error("x"), { status: 409 })));
  // oxlint-disable-next-line prefer-promise-reject-errors -- what libraries do
  app.get("/nothing", () => Promise.reject());
  app.use(fgErrors({ onError() {} }));
  expect(await get(app, "/error")).toMatchObject({ status: 409 });
  expect(await get(app, "/nothing")).toMatchObject({ status: 500 });
});

it("throws at mount for a wrong option, with its name", () => {
  expect(() => fgErrors({ service: "fss" })).toThrow(
    new TypeError('fgErrors: option "service" takes an upper-case letter, then such letters and digits, such as "FSS"'),
  );
});

import { fgErrors, problem, type Problem } from "@fg-errors/express";
import cors from "cors";
import express from "express";
import express4 from "express4";
import createError from "http-errors";
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

  it.each([
    [404, () => Object.assign(new Error("x"), { status: 404 })],
    [500, () => new TypeError("s3cr3t")],
  ])("answers with a %i what an error handler before it throws", async (status, thrown) => {
    const onError = vi.fn();
    const app = framework();
    app.get("/", () => {
      throw new Error("first");
    });
    app.use(((_error, _request, _response, _next) => {
      throw thrown();
    }) as express.ErrorRequestHandler);
    app.use(fgErrors({ onError }));
    const answer = await get(app, "/");
    expect(answer).toMatchObject({ status, body: { status } });
    expect(JSON.stringify(answer.body)).not.toContain("s3cr3t");
    expect(onError).toHaveBeenCalledOnce();
  });

  it("answers once when it is mounted twice, and the first one", async () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      const app = framework();
      app.get("/", () => {
        throw new Error("x");
      });
      app.use(fgErrors({ onError: first })).use(fgErrors({ onError: second }));
      expect(await get(app, "/")).toMatchObject({ status: 500 });
      expect(await get(app, "/nowhere")).toMatchObject({ status: 404 });
    } finally {
      emitWarning.mockRestore();
    }
    expect(first).toHaveBeenCalledTimes(2);
    expect(second).not.toHaveBeenCalled();
  });

  it("answers below the path that it is mounted at, and there alone", async () => {
    const onError = vi.fn();
    const app = framework();
    app.set("env", "test"); // Express prints no stacks of its own then
    const fail: express.RequestHandler = () => {
      throw new Error("x");
    };
    app.get("/api/fails", fail).get("/fails", fail);
    app.use("/api", fgErrors({ onError }));
    await withServer(app, async (port) => {
      const answers = ["/api/fails", "/api/nowhere", "/api", "/fails", "/apis", "/"].map(async (path) => {
        const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`);
        return [path, status, headers.get("content-type")?.split(";")[0]];
      });
      expect(await Promise.all(answers)).toEqual([
        ["/api/fails", 500, "application/problem+json"],
        ["/api/nowhere", 404, "application/problem+json"],
        ["/api", 404, "application/problem+json"],
        ["/fails", 500, "text/html"],
        ["/apis", 404, "text/html"],
        ["/", 404, "text/html"],
      ]);
      const { headers } = await fetch(`http://127.0.0.1:${port}/api/fails`, { method: "PUT" });
      expect(headers.get("allow")).toBe("HEAD, GET, OPTIONS");
    });
    const instances = onError.mock.calls.map(([, { instance }]) => instance as string);
    expect(instances.toSorted()).toEqual(["/api", "/api/fails", "/api/fails", "/api/nowhere"]);
  });

  it.each<[string, set: number, thrown: () => unknown, status: number]>([
    ["an error", 401, () => new Error("s3cr3t"), 401],
    ["an error", 403, () => new TypeError("s3cr3t"), 403],
    ["an error", 422, () => new Error("s3cr3t"), 400],
    ["an error", 429, () => new Error("s3cr3t"), 503],
    ["an error", 503, () => new Error("s3cr3t"), 503],
    ["a text", 409, () => "s3cr3t", 409],
    ["an error", 302, () => new Error("s3cr3t"), 500],
    ["an error with a status", 401, () => createError(409, "s3cr3t", { expose: false }), 409],
    ["an error with the status 500", 401, () => Object.assign(new Error("s3cr3t"), { status: 500 }), 500],
    ["an error with the statusCode 500", 401, () => Object.assign(new Error("s3cr3t"), { statusCode: 500 }), 500],
    ["an error with a status that is no error's", 401, () => Object.assign(new Error("s3cr3t"), { status: 200 }), 401],
    ["an upstream's fault", 404, () => Object.assign(new Error("s3cr3t"), { code: "ECONNREFUSED", syscall: "connect" }), 502],
    ["a ProblemError", 401, () => problem(404), 404],
  ])("answers %s behind res.status(%i)", async (_what, set, thrown, status) => {
    const onError = vi.fn();
    const app = framework();
    app.get("/", (_request, response, next) => {
      response.status(set);
      next(thrown());
    });
    app.use(fgErrors({ onError }));
    const answer = await get(app, "/");
    expect(answer).toMatchObject({ status, body: { status } });
    expect(JSON.stringify(answer.body)).not.toContain("s3cr3t");
    expect(onError.mock.calls.map(([problem]) => (problem as Problem).status)).toEqual([status]);
  });

  it("reports what is thrown behind a finished error response as the 500 that it is", async () => {
    const onError = vi.fn();
    const app = framework();
    app.get("/", (_request, response) => {
      response.status(404).json({ mine: true });
      throw new Error("x");
    });
    app.use(fgErrors({ onError }));
    expect(await get(app, "/")).toMatchObject({ status: 404, body: { mine: true } });
    expect(onError.mock.calls).toMatchObject([[{ status: 500 }, { responseStarted: true }]]);
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

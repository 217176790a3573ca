import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectTo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import cors from "@koa/cors";
import Router from "@koa/router";
import Koa from "koa";
import Koa2 from "koa2";
import connect from "koa-connect";
import { describe, expect, it, vi } from "vitest";
import { withServer } from "../wire.js";

const secret = "s3cr3t";

describe.each([
  ["3", Koa],
  ["2", Koa2],
] as const)("Koa %s", (_version, Framework) => {
  /** An application of one middleware behind fgErrors(). */
  function appOf(middleware: Koa.Middleware, options?: Parameters<typeof fgErrors>[0]) {
    const app = new Framework();
    app.on("error", () => {});
    return app.use(fgErrors(options)).use(middleware);
  }

  const get = (app: Koa, path = "/", init?: RequestInit) =>
    withServer(app.callback(), async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    });

  it.each<[string, Koa.Middleware, number, string | undefined]>([
    ["ctx.throw with a message", (ctx) => ctx.throw(409, "Already paid"), 409, "Already paid"],
    ["ctx.throw of a 5xx", (ctx) => ctx.throw(503, secret), 503, undefined],
    ["ctx.throw of an undocumented status", (ctx) => ctx.throw(418, "Short and stout"), 400, "Short and stout"],
    ["ctx.assert", (ctx) => ctx.assert(false, 401, "Log in first"), 401, "Log in first"],
    ["a bare 4xx", (ctx) => void (ctx.status = 403), 403, undefined],
    ["a bare 5xx", (ctx) => void (ctx.status = 502), 502, undefined],
    ["a bare undocumented status", (ctx) => void (ctx.status = 429), 503, undefined],
    ["an unanswered request", () => {}, 404, undefined],
    ["a body that is null", (ctx) => void ((ctx.body = null), (ctx.status = 404)), 404, undefined],
    ["an HTML page of a handler's", (ctx) => void ((ctx.status = 404), (ctx.body = `<h1>${secret}</h1>`)), 404, undefined],
    ["a text of a handler's", (ctx) => void ((ctx.status = 400), (ctx.body = "The name is missing")), 400, "The name is missing"],
    ["a text of a 5xx", (ctx) => void ((ctx.status = 500), (ctx.body = secret)), 500, undefined],
    ["a buffer", (ctx) => void ((ctx.status = 500), (ctx.body = Buffer.from(secret))), 500, undefined],
    ["a stream with an error status", (ctx) => void ((ctx.status = 500), (ctx.body = Readable.from([secret]))), 500, undefined],
    [
      "JSON with an undocumented status",
      (ctx) => void ((ctx.status = 422), (ctx.body = { message: "No name", code: "A.0001" })),
      400,
      "No name",
    ],
    ["a body that cannot be serialised", (ctx) => void (ctx.body = { size: 10n }), 500, undefined],
    ["a stream that fails before its first byte", (ctx) => void (ctx.body = failing([])), 500, undefined],
    ["a file that does not exist", (ctx) => void (ctx.body = createReadStream("/nowhere/s3cr3t")), 404, undefined],
    ["a file whose name is too long", (ctx) => void (ctx.body = createReadStream(`/${"s3cr3t".repeat(100)}`)), 404, undefined],
    ["a file below a file", (ctx) => void (ctx.body = createReadStream("/dev/null/s3cr3t")), 404, undefined],
    ["a file that is a directory", (ctx) => void (ctx.body = createReadStream("/")), 500, undefined],
    [
      "a file that fails while the handler does something else",
      async (ctx) => {
        const file = createReadStream("/nowhere/s3cr3t");
        ctx.body = file;
        await once(file, "close").catch(() => {});
      },
      404,
      undefined,
    ],
    ["a file that a handler reads", async () => void (await readFile("/nowhere/s3cr3t")), 500, undefined],
    [
      "a file that a handler reads besides its body",
      async (ctx) => {
        ctx.body = Readable.from(["a"]);
        await readFile("/nowhere/s3cr3t");
      },
      500,
      undefined,
    ],
    ["a socket that does not exist, as a body", (ctx) => void (ctx.body = connectTo("/nowhere/s3cr3t")), 502, undefined],
    [
      "a stream that had failed already",
      (ctx) => void (ctx.body = new Readable({ read() {} }).on("error", () => {}).destroy(new Error(secret))),
      500,
      undefined,
    ],
  ])("answers %s", async (_name, middleware, status, detail) => {
    const answer = await get(appOf(middleware));
    expect(answer).toMatchObject({ status, body: { status, ...(detail && { detail }) } });
    expect(answer.text).not.toContain(secret);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    [401, 401],
    [403, 403],
    [409, 409],
    [418, 400],
    [503, 503],
  ])("answers the status %i that middleware made for Connect has set with %i", async (set, status) => {
    const refuse = (_request: IncomingMessage, response: ServerResponse, next: () => void) => {
      response.statusCode = set;
      response.setHeader("X-Reason", "1");
      next();
    };
    for (const before of [[fgErrors()], [fgErrors(), fgResponses()]]) {
      const app = new Framework().on("error", () => {}) as Koa;
      for (const each of before) app.use(each);
      app.use(connect(refuse));
      const answer = await get(app);
      expect(answer).toMatchObject({ status, body: { status } });
      expect(answer.headers.get("x-reason")).toBe("1");
    }
  });

  it("takes no status of ctx for a throw, as Koa", async () => {
    const app = appOf((ctx) => {
      ctx.status = 401;
      throw new Error(secret);
    });
    expect(await get(app)).toMatchObject({ status: 500, body: { status: 500 } });
  });

  it.each([404, 409, 500])("leaves a handler's own JSON of a %i alone", async (status) => {
    const app = appOf((ctx) => {
      ctx.status = status;
      ctx.body = { mine: true };
    });
    expect(await get(app)).toMatchObject({ status, body: { mine: true } });
  });

  it("leaves a handler's own problem+json alone", async () => {
    const app = appOf((ctx) => {
      ctx.status = 404;
      ctx.type = "application/problem+json";
      ctx.body = '{"mine":true}';
    });
    expect(await get(app)).toMatchObject({ status: 404, body: { mine: true } });
  });

  it.each<[string, Koa.Middleware, number, string]>([
    ["an object", (ctx) => void (ctx.body = { a: 1 }), 200, '{"a":1}'],
    ["a stream", (ctx) => void (ctx.body = Readable.from(["a", "b"])), 200, "ab"],
    ["an empty stream", (ctx) => void (ctx.body = Readable.from([])), 200, ""],
    ["a slow stream", (ctx) => void (ctx.body = slow()), 200, "later"],
    ["no content", (ctx) => void (ctx.status = 204), 204, ""],
    ["an undocumented success", (ctx) => void ((ctx.status = 201), (ctx.body = "made")), 201, "made"],
    ["a response written by hand", (ctx) => void ((ctx.respond = false), ctx.res.writeHead(404).end("by hand")), 404, "by hand"],
  ])("does not touch %s", async (_name, middleware, status, text) => {
    expect(await get(appOf(middleware))).toMatchObject({ status, text });
  });

  it.each<[string, Koa.Middleware, number]>([
    ["a thrown error", (ctx) => ctx.throw(409), 409],
    ["an unanswered request", () => {}, 404],
    ["a body that cannot be serialised", (ctx) => void (ctx.body = { size: 10n }), 500],
  ])("ends the response to %s once: Koa has nothing left to do", async (_name, middleware, status) => {
    let ends = 0;
    const app = appOf((ctx, next) => {
      const { end } = ctx.res;
      ctx.res.end = (...args: unknown[]) => (ends++, Reflect.apply(end, ctx.res, args));
      return middleware(ctx, next);
    });
    expect(await get(app)).toMatchObject({ status, body: { status } });
    expect(ends).toBe(1);
  });

  it("does not read the message of an error with a name: zod writes all of its issues into it, and only then", async () => {
    const message = vi.fn(() => "[]");
    const thrown = Object.defineProperty(new Error(), "message", { get: message });
    const app = appOf(() => {
      throw Object.assign(thrown, { name: "ZodError", issues: [{ path: ["size"], message: "Too big" }] });
    });
    expect(await get(app)).toMatchObject({ status: 400, body: { errors: [{ pointer: "#/size", detail: "Too big" }] } });
    expect(message).not.toHaveBeenCalled();
  });

  it("waits for the first byte of a web stream, too, and keeps its length", async () => {
    const app = appOf((ctx) => {
      ctx.set("Content-Length", "3");
      ctx.body =
        ctx.path === "/ok"
          ? new Blob(["abc"]).stream()
          : new ReadableStream({ start: (controller) => controller.error(new Error(secret)) });
      ctx.set("Content-Length", "3");
    });
    const ok = await get(app, "/ok");
    expect(ok).toMatchObject({ status: 200, text: "abc" });
    expect(ok.headers.get("content-length")).toBe("3");
    expect(await get(app, "/fails")).toMatchObject({ status: 500, body: { status: 500 } });
  });

  it("cuts the connection when a stream fails after its first byte, and reports it once", async () => {
    const onError = vi.fn();
    await expect(get(appOf((ctx) => void (ctx.body = failing(["first "])), { onError }))).rejects.toThrow("terminated");
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]).toMatchObject([{ status: 500 }, { responseStarted: true }]);
  });

  it("destroys the stream that it does not send", async () => {
    const stream = new PassThrough();
    stream.write(secret);
    await get(appOf((ctx) => void ((ctx.status = 500), (ctx.body = stream))));
    expect(stream.destroyed).toBe(true);
  });

  it.each<[string, (stream: ReadableStream) => unknown]>([
    ["a web stream", (stream) => stream],
    ["a Response", (stream) => new Response(stream, { status: 422 })],
  ])("destroys %s that it does not send", async (_name, bodyOf) => {
    const cancel = vi.fn();
    const stream = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(secret)), cancel });
    const answer = await get(
      appOf((ctx) => {
        ctx.body = bodyOf(stream);
        ctx.type = "text/csv"; // Koa 2 takes what it does not know for JSON
        ctx.status = 422;
      }),
    );
    expect(answer).toMatchObject({ status: 400, body: { status: 400 } });
    expect(answer.text).not.toContain(secret);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it("answers once when it is mounted twice, and the inner one", async () => {
    const [outer, inner] = [vi.fn(), vi.fn()];
    const app = appOf(
      (ctx) => {
        if (ctx.path === "/throws") throw new Error(secret);
        if (ctx.path === "/fails") ctx.body = failing([]);
      },
      { onError: inner },
    );
    app.middleware.unshift(fgErrors({ onError: outer }));
    for (const [path, status] of [
      ["/throws", 500],
      ["/fails", 500],
      ["/nowhere", 404],
    ] as const)
      expect(await get(app, path)).toMatchObject({ status, body: { status } });
    expect(inner.mock.calls.map(([{ status }]) => status as number)).toEqual([500, 500, 404]);
    expect(outer).not.toHaveBeenCalled();
  });

  it.each([
    ["GET /nowhere", 404, null],
    ["DELETE /orders/1", 405, "HEAD, GET, PUT"],
    ["PROPFIND /orders/1", 501, undefined],
  ] as const)("answers %s the same with allowedMethods() in each mode and without", async (line, status, allow) => {
    const [method, path] = line.split(" ");
    for (const mode of [undefined, {}, { throw: true }]) {
      const router = new Router();
      router.get("/orders/:id", (ctx) => void (ctx.body = {})).put("/orders/:id", (ctx) => void (ctx.body = {}));
      const app = new Framework();
      app.on("error", () => {});
      app.use(fgErrors()).use(router.routes());
      if (mode) app.use(router.allowedMethods(mode));
      const answer = await get(app, path, { method: method! });
      expect(answer).toMatchObject({ status, body: { status } });
      if (allow !== undefined) expect(answer.headers.get("allow")).toBe(allow);
    }
  });

  it("keeps what a real CORS middleware set", async () => {
    const app = new Framework();
    app.on("error", () => {});
    app.use(fgErrors()).use(cors({ origin: "https://shop.example", credentials: true }));
    app.use((ctx) => ctx.throw(403, "No", { headers: { Vary: "Accept", "X-Reason": "1" } }));
    const { headers } = await get(app, "/", { headers: { Origin: "https://shop.example" } });
    expect(Object.fromEntries(headers)).toMatchObject({
      "access-control-allow-origin": "https://shop.example",
      "access-control-allow-credentials": "true",
      "x-reason": "1",
    });
    expect(headers.get("vary")).toMatch(/Origin/);
    expect(headers.get("vary")).toMatch(/Accept/);
  });

  it("emits a 5xx as the application's error event, and nothing else", async () => {
    const app = new Framework();
    const emitted = vi.fn();
    app.on("error", emitted);
    app.use(fgErrors());
    const thrown: unknown[] = [
      new Error("x"),
      Object.assign(new Error("y"), { status: 404 }),
      null,
      "text",
      new DOMException("late", "TimeoutError"),
    ];
    app.use((ctx) => {
      if (ctx.method === "GET") throw thrown[Number(ctx.query["index"])];
    });
    for (const index of thrown.keys()) await get(app, `/?index=${index}`);
    expect(await get(app, "/", { method: "PROPFIND" })).toMatchObject({ status: 501 });
    const errors = emitted.mock.calls.map(([error]) => error as Error);
    expect(errors).toHaveLength(4);
    expect(errors[0]).toBe(thrown[0]);
    expect(errors.slice(1, 3).map(({ cause }) => cause)).toEqual([null, "text"]);
    expect(errors[3]).toBe(thrown[4]);
    for (const error of errors) expect(error).toBeInstanceOf(Error);
    expect(emitted.mock.calls[0]![1]).toHaveProperty("originalUrl", "/?index=0");
  });

  it("answers although an error listener throws", async () => {
    const app = new Framework();
    app.on("error", () => {
      throw new Error("listener");
    });
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      app.use(fgErrors()).use(() => {
        throw new Error("x");
      });
      expect(await get(app)).toMatchObject({ status: 500 });
      expect(await get(app)).toMatchObject({ status: 500 });
      expect(stderr.mock.calls.filter(([line]) => String(line).includes("an error listener failed"))).toHaveLength(1);
    } finally {
      stderr.mockRestore();
    }
  });
});

// Koa 2 knows no web streams: it takes one for JSON, which may be the handler's own.
it("answers a web stream with an error status on Koa 3", async () => {
  const app = new Koa().on("error", () => {}) as Koa;
  app.use(fgErrors()).use((ctx) => void ((ctx.status = 500), (ctx.body = new Blob([secret]).stream())));
  const text = await withServer(app.callback(), async (port) => (await fetch(`http://127.0.0.1:${port}/`)).text());
  expect(parse(text)).toMatchObject({ status: 500 });
  expect(text).not.toContain(secret);
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failing(chunks: readonly string[]): Readable {
  const left = [...chunks];
  return new Readable({
    read() {
      const chunk = left.shift();
      if (chunk !== undefined) this.push(chunk);
      else setImmediate(() => this.destroy(new Error(secret)));
    },
  });
}

function slow(): Readable {
  const stream = new PassThrough();
  setImmediate(() => setImmediate(() => stream.end("later")));
  return stream;
}

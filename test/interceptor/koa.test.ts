// What Koa's middleware sets on ctx instead of writing it.
import { once } from "node:events";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { fgErrors, problem, fgResponses } from "@fg-errors/koa";
import Koa, { type Context } from "koa";
import Koa2 from "koa2";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { recordProblems, type Listener } from "./interceptor-gateways.js";

const text = "No such order";
const json = JSON.stringify({ message: text });
const packed = gzipSync(json);

function webStream(content: string): ReadableStream {
  return new Response(content).body!;
}

const bodies: Readonly<Record<string, (ctx: Context) => unknown>> = {
  "a string": (ctx) => (ctx.body = text),
  "a buffer": (ctx) => (ctx.body = Buffer.from(text)),
  "an object": (ctx) => (ctx.body = { message: text }),
  "a stream": (ctx) => (ctx.body = Readable.from([Buffer.from(text)])),
  "a packed buffer": (ctx) => (ctx.set("Content-Encoding", "gzip"), (ctx.body = packed)),
};

const newBodies: typeof bodies = {
  "a web stream": (ctx) => (ctx.body = webStream(text)),
  "a blob": (ctx) => (ctx.body = new Blob([text])),
  "a Response": (ctx) => (ctx.body = new Response(json, { status: 404 })),
};

const quiet = (app: Koa) => app.on("error", () => {});

describe.each([
  ["3", Koa, { ...bodies, ...newBodies }],
  ["2", Koa2, bodies],
] as const)("Koa %s", (_version, Framework, bodiesOf) => {
  async function ask(act: (ctx: Context) => unknown, path = "GET /orders/17") {
    const { reported, options } = recordProblems();
    const app = new Framework().use(fgErrors(options)).use(fgResponses(options));
    app.use(async (ctx) => void (await act(ctx)));
    const bytes = await withServer(quiet(app).callback() as Listener, (port) => exchange(port, request(path)));
    return { reported, bytes, answer: parseAnswer(bytes) };
  }

  it.each(Object.entries(bodiesOf))("replaces an error reply: %s", async (name, act) => {
    const { answer, bytes, reported } = await ask((ctx) => {
      ctx.set({ Server: "s3cr3t", "X-Request-Id": "s3cr3t", ETag: '"s3cr3t"', "Access-Control-Allow-Origin": "*" });
      act(ctx);
      ctx.status = 404;
      if (["a string", "a buffer", "a stream", "a web stream", "a blob"].includes(name)) ctx.type = "text/plain";
      if (name === "a packed buffer" || name === "a Response") ctx.type = "json";
    });
    expect(assertContract(answer)).toMatchObject({ status: 404, detail: text, instance: "/orders/17" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toMatchObject([{ upstreamStatus: 404 }]);
  });

  it("relays a status without a body, and leaves the 404 of nobody to fgErrors()", async () => {
    const chosen = await ask((ctx) => void (ctx.status = 407));
    expect(assertContract(chosen.answer)).toMatchObject({ status: 502 }); // an upstream's 407 is not the client's
    expect(chosen.reported).toMatchObject([{ upstreamStatus: 407 }]);
    const nobody = await ask(() => {});
    expect(assertContract(nobody.answer)).toMatchObject({ status: 404 });
    expect(nobody.reported).toMatchObject([{ upstreamStatus: undefined }]);
  });

  it("leaves what is thrown to fgErrors()", async () => {
    const { answer } = await ask((ctx) => {
      ctx.body = "s3cr3t";
      throw problem(409, "Sold out");
    });
    expect(assertContract(answer)).toMatchObject({ status: 409, detail: "Sold out" });
  });

  it("passes a body that is already in the contract, member for member", async () => {
    const document = (await ask(() => Promise.reject(problem(409, "Sold out", { extensions: { left: 0 } })))).answer.text;
    const { answer } = await ask((ctx) => {
      ctx.status = 409;
      ctx.type = "application/problem+json";
      ctx.body = document;
    });
    expect(answer.text).toBe(document);
  });

  it("says what came before an error body broke off", async () => {
    const source = new Readable({ read() {} });
    const { answer, reported } = await ask((ctx) => {
      ctx.body = source;
      ctx.type = "text/plain";
      ctx.status = 404;
      source.push(text);
      setImmediate(() => source.destroy(new Error("s3cr3t")));
    });
    expect(assertContract(answer)).toMatchObject({ detail: text });
    expect(reported).toHaveLength(1);
  });

  it("takes no more of an endless body than it needs", async () => {
    const source = new Readable({ read: () => void source.push("x".repeat(1000)) });
    const { answer } = await ask((ctx) => {
      ctx.body = source;
      ctx.status = 503;
    });
    expect(assertContract(answer)).toMatchObject({ status: 503 });
    if (!source.closed) await once(source, "close");
  });

  it("lets a success through, a stream too, and later failures of it to fgErrors()", async () => {
    const success = await ask((ctx) => void (ctx.body = Readable.from([Buffer.from("content")])));
    expect(success.bytes).toMatch(/^HTTP\/1\.1 200 [^]*content[^]*\r\n0\r\n\r\n$/);
    expect(success.reported).toEqual([]);
    const broken = await ask((ctx) => {
      const source = new Readable({ read() {} });
      ctx.body = source;
      source.push("first ");
      setTimeout(() => source.destroy(new Error("x")), 20);
    });
    expect(broken.bytes).toContain("first ");
    expect(broken.bytes).not.toMatch(/\r\n0\r\n/);
    expect(broken.reported).toHaveLength(1);
  });

  it("leaves it to fgErrors() to report a stream that breaks later", async () => {
    const [outside, inside] = [recordProblems(), recordProblems()];
    const app = quiet(new Framework().use(fgErrors(outside.options)).use(fgResponses(inside.options)));
    app.use((ctx) => {
      const source = new Readable({ read() {} });
      ctx.body = source;
      source.push("first ");
      setTimeout(() => source.destroy(new Error("x")), 20);
    });
    await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")).catch(String));
    expect([outside.reported.length, inside.reported.length]).toEqual([1, 0]);
  });

  it("does not let Koa end what is still being written to ctx.res", async () => {
    const { bytes } = await ask(async (ctx) => {
      const source = new Readable({ read() {} });
      ctx.res.statusCode = 200;
      source.pipe(ctx.res);
      source.push("first ");
      await once(source, "data");
      setTimeout(() => (source.push("second"), source.push(null)), 20);
    });
    expect(bytes).toMatch(/first [^]*second\r\n0\r\n\r\n$/);
    expect(bytes).not.toContain("OK\r\n0");
  });

  it("answers for what was piped into ctx.res and broke, whatever the middleware makes of it", async () => {
    const { answer, bytes, reported } = await ask((ctx) => {
      ctx.set("X-Theirs", "s3cr3t");
      const source = new Readable({ read() {} });
      source.pipe(ctx.res);
      source.destroy(Object.assign(new Error("s3cr3t"), { code: "ECONNRESET" }));
      ctx.status = 500; // as koa-proxies does
    });
    expect(assertContract(answer)).toMatchObject({ status: 502 });
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toMatchObject([{ proxyError: "http_response_incomplete" }]);
  });

  it("does not touch what others set outside of it", async () => {
    const { reported, options } = recordProblems();
    const app = quiet(new Framework().use(fgErrors(options)));
    app.use(async (ctx, next) => {
      await next();
      ctx.status = 403;
      ctx.body = { mine: true };
    });
    app.use(fgResponses(options)).use((ctx) => void (ctx.body = "content"));
    const bytes = await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")));
    expect(parseAnswer(bytes)).toMatchObject({ status: 403, text: '{"mine":true}' });
    expect(reported).toEqual([]);
  });

  it("waits for the answer in place of a reply that is written to ctx.res", async () => {
    const seen = vi.fn();
    const { options } = recordProblems();
    const app = quiet(new Framework().use(fgErrors(options)));
    app.use(async (ctx, next) => {
      await next();
      seen(ctx.status);
    });
    app.use(fgResponses(options)).use((ctx) => void ctx.res.writeHead(429).end("s3cr3t"));
    await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")));
    expect(seen).toHaveBeenCalledWith(503);
  });

  it("emits Koa's error event for a 5xx that was written to ctx.res", async () => {
    const onAppError = vi.fn();
    const app = new Framework().use(fgErrors()).use(fgResponses());
    app.on("error", onAppError).use((ctx) => void ctx.res.writeHead(500).end("s3cr3t"));
    await withServer(app.callback() as Listener, (port) => exchange(port, request("GET /")));
    expect(onAppError).toHaveBeenCalledOnce();
    expect(onAppError.mock.calls[0]![0]).toMatchObject({ cause: { name: "ErrorResponse" } });
  });
});

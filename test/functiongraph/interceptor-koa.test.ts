// Functions' replies that Koa's middleware sets on ctx, and those of applications that are nested.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { fgErrors as expressErrors, fgResponses as expressUpstream } from "@fg-errors/express";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa, { type Context } from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { recordProblems, type Listener } from "../interceptor/interceptor-gateways.js";
import { exchange, parseAnswer, request, withServer, withoutIds } from "../wire.js";
import { canary, client } from "./proxy-replies.js";

const good = { id: 17, note: "naïve" };
const bad = { errorMessage: "function entry exception, error: s3cr3t", errorType: "s3cr3t", stackTrace: ["s3cr3t"] };
const text = JSON.stringify;

const bodies: Readonly<Record<string, (ctx: Context, content: object) => unknown>> = {
  "a string": (ctx, content) => (ctx.body = text(content)),
  "a buffer": (ctx, content) => (ctx.body = Buffer.from(text(content))),
  "an object": (ctx, content) => (ctx.body = content),
  "a stream": (ctx, content) => (ctx.body = Readable.from([Buffer.from(text(content))])),
  "a stream of a length": (ctx, content) => {
    ctx.body = Readable.from(
      text(content)
        .match(/.{1,7}/g)!
        .map((piece) => Buffer.from(piece)),
    );
    ctx.length = Buffer.byteLength(text(content));
  },
  "a packed stream": (ctx, content) => {
    ctx.set("Content-Encoding", "gzip");
    ctx.body = Readable.from([gzipSync(text(content))]);
  },
};

const newBodies: typeof bodies = {
  "a web stream": (ctx, content) => (ctx.body = new Response(text(content)).body),
  "a blob": (ctx, content) => (ctx.body = new Blob([text(content)])),
  "a Response": (ctx, content) => (ctx.body = new Response(text(content))),
};

describe.each([
  ["3", Koa, { ...bodies, ...newBodies }],
  ["2", Koa2, bodies],
] as const)("Koa %s", (_version, Framework, bodiesOf) => {
  function gateway(act: (ctx: Context) => unknown, more: object = { hiddenFailures: true }) {
    const { reported, options } = recordProblems(more);
    const app = new Framework().use(fgErrors(options)).use(fgResponses(options));
    app.on("error", () => {}).use(async (ctx) => void (await act(ctx)));
    return { reported, listener: app.callback() as Listener };
  }

  async function ask(act: (ctx: Context) => unknown, more?: object, line = "GET /orders/17") {
    const { reported, listener } = gateway(act, more);
    const bytes = await withServer(listener, (port) => exchange(port, request(line)).catch(String));
    return { reported, bytes, answer: parseAnswer(bytes) };
  }

  const reply = (body: (ctx: Context, content: object) => unknown, content: object, fields: object) => (ctx: Context) => {
    ctx.set({ "Content-Type": "application/json", "X-Cff-Request-Id": "cff", "Set-Cookie": "a=1", ETag: '"s3cr3t"', ...fields });
    body(ctx, content);
  };

  it.each(Object.entries(bodiesOf))("answers for a failure: %s", async (_name, body) => {
    for (const [fields, expected] of [
      [{}, { status: 502, error_code: "4001" }],
      [{ "X-Func-Err-Code": "4010" }, { status: 504, error_code: "4010" }],
    ] as const) {
      const { answer, bytes, reported } = await ask(reply(body, bad, fields));
      expect(assertContract(answer)).toMatchObject({ ...expected, instance: "/orders/17" });
      expect(bytes).not.toMatch(canary);
      expect([answer.headers.get("set-cookie"), answer.headers.get("x-cff-request-id")]).toEqual(["a=1", "cff"]);
      expect(reported).toMatchObject([{ upstreamStatus: 200 }]);
    }
  });

  it.each(Object.entries(bodiesOf))("lets a success through: %s", async (_name, body) => {
    for (const fields of [{}, { "X-Func-Err-Code": "0" }])
      for (const line of ["GET /", "HEAD /"]) {
        const act = reply(body, good, fields);
        const [inspected, plain] = [await ask(act, undefined, line), await ask(act, {}, line)];
        expect(withoutIds(inspected.bytes)).toBe(withoutIds(plain.bytes));
        expect(inspected.bytes).toMatch(/^HTTP\/1\.1 200 /);
        expect(inspected.reported).toEqual([]);
      }
  });

  it("knows nothing of functions without the option", async () => {
    const { answer } = await ask(reply(bodies["an object"]!, bad, { "X-Func-Err-Code": "4002" }), {});
    expect(answer.status).toBe(200);
  });

  it("does not delay a stream of no function, nor a function's beyond a second", async () => {
    for (const fields of [{}, { "X-Cff-Request-Id": "cff" }]) {
      const source = new Readable({ read() {} });
      source.push('{"first":');
      const { listener, reported } = gateway((ctx) => {
        ctx.set({ "Content-Type": "application/json", ...fields });
        ctx.body = source;
      });
      await withServer(listener, async (port) => {
        const { until } = await client(port, request("GET /"));
        await until('{"first":');
        source.push('"second"}');
        source.push(null);
        expect(await until("\r\n0\r\n\r\n")).toContain('"second"}');
      });
      expect(reported).toEqual([]);
    }
  });

  it("answers for a stream that breaks while it is inspected, and cuts one that breaks afterwards", async () => {
    const broken = async (first: string, isBegun: boolean) => {
      const source = new Readable({ read() {} });
      source.push(first);
      const { listener, reported } = gateway(
        reply(
          (ctx) => {
            ctx.body = source;
            if (!isBegun) setTimeout(() => source.destroy(new Error("s3cr3t")), 30);
          },
          {},
          {},
        ),
      );
      const bytes = await withServer(listener, async (port) => {
        const { until, closed } = await client(port, request("GET /"));
        if (isBegun) {
          await until(first);
          source.destroy(new Error("s3cr3t"));
        }
        return closed();
      });
      return { bytes, reported };
    };
    const early = await broken('{"first":', false);
    assertContract(parseAnswer(early.bytes));
    expect(early.bytes).not.toMatch(canary);
    expect(early.reported).toHaveLength(1);
    const late = await broken("[1,", true);
    expect(late.bytes).not.toMatch(/\r\n0\r\n|error_code/);
    expect(late.reported).toHaveLength(1);
  });

  it("has what is outside of it wait for what is written to ctx.res", async () => {
    const seen: number[] = [];
    const { options } = recordProblems({ hiddenFailures: true });
    const app = new Framework().use(fgErrors(options));
    app
      .on("error", () => {})
      .use(async (ctx, next) => {
        await next();
        seen.push(ctx.status);
      });
    app.use(fgResponses(options)).use((ctx) => {
      ctx.res.writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" });
      ctx.res.end(text(ctx.path === "/good" ? good : bad));
    });
    await withServer(app.callback() as Listener, async (port) => {
      expect(parseAnswer(await exchange(port, request("GET /good"))).text).toContain('"id":17');
      assertContract(parseAnswer(await exchange(port, request("GET /bad"))));
    });
    expect(seen).toEqual([200, 502]);
  });

  it("destroys a stream when the client leaves, or when its reply has failed", async () => {
    const waiting = new Readable({ read() {} });
    waiting.push('{"first":');
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const { listener, reported } = gateway(reply((ctx) => ((ctx.body = waiting), setTimeout(arrive, 20)), {}, {}));
    await withServer(listener, async (port) => {
      const { socket } = await client(port, request("GET /"));
      await arrived;
      socket.destroy();
      if (!waiting.closed) await once(waiting, "close");
    });
    expect(reported).toEqual([]);
    const endless = new Readable({ read: () => void endless.push("s3cr3t".repeat(100)) });
    const { answer } = await ask(reply((ctx) => (ctx.body = endless), {}, { "X-Func-Err-Code": "4002" }));
    expect(assertContract(answer)).toMatchObject({ status: 502 });
    if (!endless.closed) await once(endless, "close");
  });
});

describe.each([
  ["5", express],
  ["4", express4],
] as const)("an application within Express %s", (_version, framework) => {
  const nested = framework();
  nested.use((_request, response, next) => (response.set("X-Cff-Request-Id", "cff"), next()));
  nested.get("/good", (_request, response) => void response.json(good));
  nested.get("/bad", (_request, response) => void response.json(bad));
  nested.get("/text", (_request, response) => void response.type("txt").send("function entry exception"));
  nested.get("/said", (_request, response) => void response.set("X-Is-Func-Err", "true").redirect(200, "/elsewhere"));

  async function ask(path: string, more: object = { hiddenFailures: true }) {
    const { reported, options } = recordProblems(more);
    const app = framework().use(expressUpstream(options), nested).use(expressErrors(options)) as RequestListener;
    const bytes = await withServer(app, (port) => exchange(port, request(`GET ${path}`)));
    return { reported, bytes, answer: parseAnswer(bytes) };
  }

  it("is answered for where it says that a function failed", async () => {
    for (const [path, error_code] of [
      ["/bad", "4001"],
      ["/said", "FSS.0502"],
    ] as const) {
      const { answer, bytes, reported } = await ask(path);
      expect(assertContract(answer)).toMatchObject({ status: 502, error_code });
      expect(bytes).not.toMatch(/s3cr3t.*at|errorType/);
      expect(reported).toHaveLength(1);
    }
  });

  it.each(["/good", "/text"])("is left alone otherwise: %s", async (path) => {
    const [inspected, plain] = [await ask(path), await ask(path, {})];
    expect(withoutIds(inspected.bytes)).toBe(withoutIds(plain.bytes));
  });
});

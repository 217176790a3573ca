// HEAD over HTTP/2, where Koa takes the response for sent: the same heads as for GET.
import { PassThrough, Readable } from "node:stream";
import type { Problem } from "@fg-errors/core";
import { fgErrors, fgResponses, relay } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it, vi } from "vitest";
import { assertHead } from "../assert-contract.js";
import { overHttp2 } from "../interceptor/over-http2.js";

const failures: Readonly<Record<string, [run: Koa.Middleware, status: number]>> = {
  "no route": [() => {}, 404],
  "a bare status": [(ctx) => void (ctx.status = 403), 403],
  "a bare undocumented status": [(ctx) => void (ctx.status = 418), 400],
  "an undocumented status with text": [(ctx) => void ((ctx.status = 418), (ctx.body = "short and stout")), 400],
  "an undocumented status with JSON": [(ctx) => void ((ctx.status = 410), (ctx.body = { message: "gone" })), 404],
  "a status with a stream": [(ctx) => void ((ctx.status = 500), (ctx.body = Readable.from(["s3cr3t"]))), 500],
  "what is thrown": [(ctx) => ctx.throw(409, "Paid"), 409],
  "what is thrown later": [
    async () => {
      await new Promise(setImmediate);
      throw new Error("s3cr3t");
    },
    500,
  ],
  "a body that cannot be serialised": [(ctx) => void (ctx.body = { size: 10n }), 500],
  "an error reply": [(ctx) => relay(ctx, new Response("s3cr3t", { status: 410 })), 404],
};

/** What others write, or set, behind fgResponses(). */
const replaced: typeof failures = {
  "a status that is written": [(ctx) => void ctx.res.writeHead(410).end(), 404],
  "a documented status with JSON": [(ctx) => void ((ctx.status = 404), (ctx.body = { mine: true })), 404],
};

const successes: Readonly<Record<string, Koa.Middleware>> = {
  "a text": (ctx) => void (ctx.body = "text"),
  "an object": (ctx) => void (ctx.body = { a: 1 }),
  "a stream that never gives anything": (ctx) => void (ctx.body = new PassThrough()),
  "a 204": (ctx) => void (ctx.status = 204),
  "a redirect": (ctx) => ctx.redirect("/elsewhere"),
};

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  const ask = async (method: string, ...middleware: readonly Koa.Middleware[]) => {
    const app = new Framework().on("error", () => {}) as Koa;
    for (const each of middleware) app.use(each);
    const [answer] = await overHttp2(app.callback() as never, ["/"], method);
    return answer!;
  };
  const ids = /^(?:x-request-id|date)$/;
  const headOf = ({ status, headers }: { status: number; headers: Headers }) => [
    status,
    ...[...headers].filter(([name]) => !ids.test(name)),
  ];

  it.each(Object.keys(failures))("answers for %s", async (name) => {
    const [run, status] = failures[name]!;
    const onError = vi.fn<(problem: Problem) => void>();
    for (const before of [[fgErrors({ onError })], [fgErrors({ onError }), fgResponses({ onError })]]) {
      onError.mockClear();
      const answer = await ask("HEAD", ...before, run);
      assertHead(answer);
      expect(answer).toMatchObject({ status, text: "" });
      expect(onError.mock.calls.map(([problem]) => problem.status)).toEqual([status]);
      expect(headOf(answer)).toEqual(headOf(await ask("GET", ...before, run)));
    }
  });

  it.each(Object.keys(replaced))("replaces %s behind fgResponses()", async (name) => {
    const [run, status] = replaced[name]!;
    const answer = await ask("HEAD", fgErrors(), fgResponses(), run);
    assertHead(answer);
    expect(answer).toMatchObject({ status, text: "" });
  });

  it.each(Object.keys(successes))("sends %s, which Koa 2 alone never does", async (name) => {
    const set: Koa.Middleware = async (ctx, next) => {
      await next();
      ctx.set("X-Time", "1");
    };
    for (const before of [[fgErrors()], [fgErrors(), fgResponses({ hiddenFailures: true })]]) {
      const answer = await ask("HEAD", set, ...before, successes[name]!);
      expect(answer.text).toBe("");
      expect(answer.status).toBeLessThan(400);
      expect(answer.headers.get("x-time")).toBe("1");
    }
  });
});

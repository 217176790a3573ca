// What a successful body goes through on its way past fgErrors(): nothing that a client could notice.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { PassThrough, type Readable } from "node:stream";
import { fgErrors } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

function get(Framework: typeof Koa, middleware: Koa.Middleware, line = "GET /") {
  const app = new Framework();
  app.on("error", () => {});
  app.use(fgErrors()).use(middleware);
  return withServer(app.callback(), async (port) => parseAnswer(await exchange(port, request(line))));
}

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  it.each<[string, (stream: Readable) => void]>([
    ["is piped", (stream) => void stream.pipe(new PassThrough().resume())],
    ["is listened to", (stream) => void stream.on("data", () => {})],
    ["is listened to and paused", (stream) => void stream.on("data", () => {}).pause()],
  ])("sends all of a stream that somebody else reads as well: it %s", async (_how, observe) => {
    const file = new URL("../../pnpm-lock.yaml", import.meta.url); // some hundred kilobytes
    const answer = await get(Framework, (ctx) => {
      const stream = createReadStream(file);
      observe(stream);
      ctx.length = statSync(file).size;
      ctx.body = stream;
      ctx.length = statSync(file).size;
    });
    expect(answer.text).toBe(readFileSync(file, "utf8"));
  });

  it("answers HEAD though the stream never gives anything", async () => {
    const answer = await get(
      Framework,
      (ctx) => {
        ctx.type = "text/event-stream";
        ctx.body = new PassThrough();
      },
      "HEAD /",
    );
    expect(answer).toMatchObject({ status: 200, text: "" });
  });

  it.each([204, 304])("answers %i though it has a stream that never gives anything", async (status) => {
    const answer = await get(Framework, (ctx) => {
      ctx.body = new PassThrough();
      ctx.status = status;
    });
    expect(answer).toMatchObject({ status, text: "" });
  });

  it("answers for a stream that was destroyed before it gave anything", async () => {
    expect(await get(Framework, (ctx) => void (ctx.body = new PassThrough().destroy()))).toMatchObject({ status: 500 });
    const later = await get(Framework, (ctx) => {
      const stream = new PassThrough();
      ctx.body = stream;
      setImmediate(() => stream.destroy());
    });
    expect(later).toMatchObject({ status: 500 });
  });
});

it.each<[string, () => unknown, string]>([
  ["a Response", () => new Response("hello", { headers: { "X-A": "1" } }), "hello"],
  ["a Response of JSON", () => Response.json({ a: 1 }), '{"a":1}'],
  ["a Blob's stream", () => new Blob(["hello"]).stream(), "hello"],
  ["an empty web stream", () => new ReadableStream({ start: (controller) => controller.close() }), ""],
])("sends %s without a length on Koa 3", async (_what, body, text) => {
  const answer = await get(Koa, (ctx) => void (ctx.body = body()));
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(text);
});

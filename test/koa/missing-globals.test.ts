// Sandboxes such as Jest 27's lack some of the web's globals: what Koa itself can send there is sent.
import { Readable } from "node:stream";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withoutIds, withServer } from "../wire.js";

const names = ["ReadableStream", "Blob", "Response"] as const;

const bodies: Readonly<Record<string, () => unknown>> = {
  "a text": () => "text",
  "a page": () => "<p>",
  "a buffer": () => Buffer.from("octets"),
  "an empty text": () => "",
  "a stream": () => Readable.from(["a", "b"]),
  "an object": () => ({ a: 1 }),
  "an array": () => [1],
  "no content": () => null,
};

/** Koa 3 looks at the web's types before it sends any of these. */
const unsendableByKoa3 = new Set(["a stream", "an object", "an array"]);

async function without<R>(missing: readonly string[], act: () => Promise<R>): Promise<R> {
  const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const);
  for (const name of missing) Reflect.deleteProperty(globalThis, name);
  try {
    return await act();
  } finally {
    for (const [name, descriptor] of kept) Object.defineProperty(globalThis, name, descriptor);
  }
}

// The first of these run before Node has defined Response, which it does with the help of ReadableStream.
describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (version, Framework) => {
  describe.each([...names.map((name) => [name]), names])("without %s", (...missing) => {
    const answers = (...middleware: readonly Koa.Middleware[]) => {
      const app = new Framework().on("error", () => {}) as Koa;
      for (const each of middleware) app.use(each);
      return without(missing, () => withServer(app.callback(), (port) => exchange(port, request("GET /"))));
    };

    it.each(Object.keys(bodies).filter((name) => version === "2" || !unsendableByKoa3.has(name)))("sends %s", async (name) => {
      const send: Koa.Middleware = (ctx) => void (ctx.body = bodies[name]!());
      const bare = withoutIds(await answers(send));
      expect(bare).toMatch(/^HTTP\/1\.1 20[04] /);
      expect(withoutIds(await answers(fgErrors(), send))).toBe(bare);
      expect(withoutIds(await answers(fgErrors(), fgResponses({ hiddenFailures: true }), send))).toBe(bare);
    });

    it("answers errors", async () => {
      const throwing: Koa.Middleware = (ctx) => ctx.throw(409, "Paid");
      const json: Koa.Middleware = (ctx) => void ((ctx.status = 422), (ctx.type = "json"), (ctx.body = '{"message":"Paid"}'));
      for (const failing of [throwing, json])
        for (const before of [[fgErrors()], [fgErrors(), fgResponses()]]) {
          const answer = parseAnswer(await answers(...before, failing));
          expect(assertContract(answer)).toMatchObject({ detail: "Paid" });
        }
    });
  });
});

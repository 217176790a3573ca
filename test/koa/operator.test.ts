// Where a 5xx on Koa is reported: never nowhere.
import { createServer } from "node:http";
import { fgErrors, problem } from "@fg-errors/koa";
import axios from "axios";
import Koa from "koa";
import Koa2 from "koa2";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { withServer } from "../wire.js";

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => void (stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)));
afterEach(() => stderr.mockRestore());
const logged = () => stderr.mock.calls.map(([line]) => String(line)).join("");

describe.each([
  ["3", Koa],
  ["2", Koa2],
])("Koa %s", (_version, Framework) => {
  async function visit(middleware: Koa.Middleware, options?: Parameters<typeof fgErrors>[0], prepare?: (app: Koa) => void) {
    const app = new Framework();
    prepare?.(app);
    app.use(fgErrors(options)).use(middleware);
    return withServer(app.callback(), async (port) => (await fetch(`http://127.0.0.1:${port}/`)).status);
  }

  it("stderr, of an upstream's 404 that nobody handled, though Koa's own listener would say nothing", async () => {
    const upstream = createServer((_request, response) => void response.writeHead(404).end());
    const status = await withServer(upstream, (port) => visit(() => axios.get(`http://127.0.0.1:${port}/`)));
    expect(status).toBe(502);
    expect(logged()).toMatch(/^fg-errors: 502 FSS\.0502 GET \/ .*received 404/);
  });

  it("stderr, of a 503 that was thrown on purpose, with its cause", async () => {
    const fail = () => {
      throw problem(503, "Back at noon", { cause: new Error("the reason") });
    };
    expect(await visit(fail)).toBe(503);
    expect(logged()).toContain("caused by Error: the reason");
  });

  it("a listener of the application's, and not stderr", async () => {
    const onAppError = vi.fn();
    expect(
      await visit(
        (ctx) => ctx.throw(503, "x", { expose: true }),
        {},
        (app) => app.on("error", onAppError),
      ),
    ).toBe(503);
    expect(onAppError).toHaveBeenCalledOnce();
    expect(logged()).toBe("");
  });

  it("onError, and not stderr", async () => {
    const onError = vi.fn();
    expect(await visit((ctx) => ctx.throw(500), { onError })).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
    expect(logged()).toBe("");
  });

  it("nobody, if the application is silent", async () => {
    expect(
      await visit(
        (ctx) => ctx.throw(500),
        {},
        (app) => (app.silent = true),
      ),
    ).toBe(500);
    expect(logged()).toBe("");
  });
});

// An application that is mounted in another and mounts fgErrors() itself: its routes, however it is mounted.
import { fgErrors, fgResponses } from "@fg-errors/express";
import express from "express";
import express4 from "express4";
import express50 from "express5.0";
import vhost from "vhost";
import { describe, expect, it } from "vitest";
import { withServer } from "../wire.js";

describe.each([
  ["5", express],
  ["5.0", express50],
  ["4", express4],
])("Express %s", (_version, framework) => {
  it.each<[string | string[], string]>([
    ["/inner", "/inner/17"],
    ["/inner", "/INNER/17"],
    ["/inner/", "/inner/17"],
    ["/:tenant", "/acme/17"],
    [["/a", "/b"], "/b/17"],
    ["/a/b", "/a/b/17"],
    ["/", "/17"],
  ])("mounted at %j knows what %s takes", async (mount, path) => {
    const inner = framework();
    inner.get("/:id", (_request, response) => void response.json({}));
    inner.use(fgErrors());
    const app = framework();
    app.use(mount, inner);
    app.use(fgErrors());
    await withServer(app, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "PUT" });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "HEAD, GET, OPTIONS"]);
      await response.body?.cancel();
    });
  });

  it("two deep", async () => {
    const [inner, middle, app] = [framework(), framework(), framework()];
    inner.get("/:id", (_request, response) => void response.json({}));
    inner.use(fgErrors());
    middle.use("/:kind", inner);
    app.use("/:tenant", middle);
    await withServer(app, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/acme/orders/17`, { method: "PUT" });
      expect(response.headers.get("allow")).toBe("HEAD, GET, OPTIONS");
      await response.body?.cancel();
    });
  });

  /** Mounts an application that passes everything on, and one that does not, in ways after which Express leaves `request.app` as it is. */
  const mountings: Readonly<Record<string, (app: express.Express, inner: express.Express) => unknown>> = {
    "router.use()": (app, inner) => app.use(framework.Router().use("/inner", inner)),
    "router.use() at its root": (app, inner) => app.use("/inner", framework.Router().use(inner)),
    "a closure": (app, inner) => app.use("/inner", (request, response, next) => void inner(request, response, next)),
    vhost: (app, inner) => app.use("/inner", vhost("127.0.0.1", inner as never) as express.RequestHandler),
  };

  it.each(Object.keys(mountings))("mounted by %s, knows what its own paths take", async (how) => {
    const inner = framework();
    inner.get("/:id", (_request, response) => void response.json({}));
    inner.use(fgErrors());
    const app = framework();
    mountings[how]!(app, inner);
    await withServer(app, async (port) => {
      expect(await allowOf(port, "PUT", "/inner/17")).toEqual([405, "HEAD, GET, OPTIONS"]);
      expect(await allowOf(port, "PUT", "/inner/17/18")).toEqual([404, null]);
    });
  });

  it.each(Object.keys(mountings))("knows no methods behind an application that was mounted by %s", async (how) => {
    const inner = framework();
    inner.get(["/inner/17", "/17", "/orders"], (_request, response) => void response.json({}));
    const app = framework();
    app.get("/before", (_request, response) => void response.json({}));
    mountings[how]!(app, inner);
    app.use(fgErrors());
    await withServer(app, async (port) => {
      expect(await allowOf(port, "PUT", "/inner/17")).toEqual([404, null]);
      expect(await allowOf(port, "PROPFIND", "/inner/17")).toEqual([404, null]);
      expect(await allowOf(port, "PUT", "/before")).toEqual([405, "HEAD, GET, OPTIONS"]);
    });
  });

  it("knows what is around a handler at a path, in an application at a path", async () => {
    const inner = framework();
    inner.get("/api/:id", (_request, response) => void response.json({}));
    const router = framework.Router();
    router.use("/api", fgErrors());
    inner.use(router);
    const app = framework();
    app.use("/:tenant/:kind", inner);
    await withServer(app, async (port) => {
      expect(await allowOf(port, "PUT", "/api/api/api/17")).toEqual([405, "HEAD, GET, OPTIONS"]);
      expect(await allowOf(port, "PUT", "/api/api/api/17/18")).toEqual([404, null]);
    });
  });

  it("knows what a handler behind a wildcard, or in front of an application, is asked for", async () => {
    const app = framework();
    app.get("/orders/:id", (_request, response) => void response.json({}));
    app.use(/.*/, fgErrors());
    await withServer(app, async (port) => expect(await allowOf(port, "PUT", "/orders/17")).toEqual([405, "HEAD, GET, OPTIONS"]));
    const inner = framework();
    inner.use((_request, response) => void response.status(405).end());
    const outer = framework();
    outer.use("/orders", fgResponses()).get("/orders/:id", (_request, response) => void response.json({}));
    outer.use(framework.Router().use("/orders", inner));
    await withServer(outer, async (port) =>
      expect(await allowOf(port, "PUT", "/orders/17")).toEqual([405, "HEAD, GET, OPTIONS"]),
    );
  });
});

async function allowOf(port: number, method: string, path: string): Promise<[number, string | null]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  await response.body?.cancel();
  return [response.status, response.headers.get("allow")];
}

// An application that is mounted in another and mounts fgErrors() itself: its routes, however it is mounted.
import { fgErrors } from "@fg-errors/express";
import express from "express";
import express4 from "express4";
import express50 from "express5.0";
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
      expect([response.status, response.headers.get("allow")]).toEqual([405, "HEAD, GET"]);
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
      expect(response.headers.get("allow")).toBe("HEAD, GET");
      await response.body?.cancel();
    });
  });
});

// What docs/pages.md says of pages is what the code does.
import * as contractPages from "@fg-errors/contract/pages";
import { createResponder, problem, type Contract, type Renderer } from "@fg-errors/core";
import * as html from "@fg-errors/core/html";
import createExpress from "express";
import { describe, expect, it } from "vitest";
import { shop } from "../published/shop.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { evaluateAsync } from "./evaluate.js";
import { block, commands, read } from "./markdown.js";
import type { RequestListener } from "node:http";

const page = read("docs/pages.md");
const more = { "@fg-errors/contract/pages": contractPages, "@fg-errors/core/html": html };
const example = (name: string, value: string, scope: object = {}) =>
  evaluateAsync(block(page, `example: ${name}`), value, { shop, ...scope }, more);
const listenerOf = (app: unknown) => (app as { callback?: () => RequestListener }).callback?.() ?? (app as RequestListener);

it.each(["express", "koa"])("the pages are served as the example for %s says", async (name) => {
  const app = await example(name, "app");
  await withServer(listenerOf(app), async (port) => {
    const ask = async (path: string) => parseAnswer(await exchange(port, request(`GET ${path}`)));
    expect((await ask("/problems/out-of-stock")).text).toContain("<h1>Out of stock</h1>");
    expect(JSON.parse((await ask("/problems/out-of-stock/index.json")).text)).toMatchObject({ code: "SHOP.1001" });
    expect(JSON.parse((await ask("/problems/none")).text)).toMatchObject({ status: 404, error_code: "SHOP.0404" });
  });
});

it("the command has the arguments that it takes", () => {
  expect(commands(page)).toEqual([["export", "src/contract.js", "--format", "pages", "--out", "site/shop"]]);
  expect(contractPages.renderPages(shop as Contract).map(({ path }) => path)).toEqual(
    expect.arrayContaining(["out-of-stock/index.html", "out-of-stock/index.json", "status/404/index.html"]),
  );
});

describe("errors in browsers", () => {
  it("are pages, as the example says", async () => {
    const app = createExpress();
    await example("browsers", "0", { app });
    await withServer(app, async (port) => {
      const browser = parseAnswer(await exchange(port, request("GET /", { Accept: "text/html,*/*;q=0.8" })));
      const program = parseAnswer(await exchange(port, request("GET /")));
      expect([browser.status, browser.text, program.status]).toEqual([404, expect.stringContaining("<h1>Not Found</h1>"), 404]);
      expect(JSON.parse(program.text)).toMatchObject({ status: 404 });
    });
  });

  it("may be pages of one's own", async () => {
    const format = (await example("renderer", "format")) as Renderer;
    const bodyFor = (accept: string) => createResponder({ format })(problem(404, "a < b"), { headers: { accept } });
    expect(bodyFor("text/html").body).toContain("<h1>Not Found</h1><p>a &#60; b</p>");
    expect(bodyFor("text/html").headers).toMatchObject({ vary: "accept", "content-security-policy": html.htmlPolicy });
    expect(bodyFor("*/*").body).toBe("a < b");
  });
});

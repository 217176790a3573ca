// What docs/languages.md says is what the code does. The table of reasons is compared in test/repo/own-texts.test.ts.
import { createResponder, problem, type ResponderOptions } from "@fg-errors/core";
import * as express from "@fg-errors/express";
import * as expressTexts from "@fg-errors/express/texts";
import createExpress from "express";
import { IntlMessageFormat } from "intl-messageformat";
import { expect, it } from "vitest";
import { shop } from "../catalogue/shop.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { evaluateAsync } from "./evaluate.js";
import { block, codes, read, table } from "./markdown.js";

const page = read("docs/languages.md");

it("the example answers in Chinese", async () => {
  const app = createExpress();
  app.get("/paid", () => {
    throw problem(409, "Already paid", { code: "ORDER.PAID", extensions: { order: 17 } });
  });
  const more = { "@fg-errors/express": express, "@fg-errors/express/texts": expressTexts };
  await evaluateAsync(block(page, "example: texts"), "0", { app }, more);
  await withServer(app, async (port) => {
    const ask = async (path: string) =>
      JSON.parse(parseAnswer(await exchange(port, request(`GET ${path}`, { "Accept-Language": "zh" }))).text) as unknown;
    expect(await ask("/paid")).toMatchObject({ title: "冲突", detail: "订单 17 已付款。" });
    expect(await ask("/nothing")).toMatchObject({ title: "未找到", detail: "此地址没有任何订单。" });
  });
});

it("the formatter formats", async () => {
  const more = { "intl-messageformat": { IntlMessageFormat } };
  const options = (await evaluateAsync(block(page, "example: format"), "options", { shop }, more)) as ResponderOptions;
  const { body } = createResponder(options)(shop.problems.outOfStock({ sku: "A-1", left: 3 }), { headers: {} });
  expect(JSON.parse(body)).toMatchObject({ detail: "3 of A-1 are left." });
});

it("the language is the one that the table says", () => {
  const rows = table(page, "lookup");
  const tags = codes("`zh`, `zh-Hant` and `de`");
  expect(page).toContain("| with tables for `zh`, `zh-Hant` and `de` |");
  const texts = Object.fromEntries(tags.map((tag) => [tag, { 404: tag }]));
  const respond = createResponder({ texts, onError() {} });
  for (const [field, language] of rows)
    expect(respond(problem(404), { headers: { "accept-language": codes(field!)[0] } }).headers["content-language"], field).toBe(
      codes(language!)[0],
    );
  expect(rows.length).toBeGreaterThan(4);
});

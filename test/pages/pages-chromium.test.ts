// Pages in a browser: what a person reads is accessible in light and in dark, and no text becomes anything but text.
import { problemPages, renderPages } from "@fg-errors/contract/pages";
import { defineContract, functionGraph, type Contract } from "@fg-errors/core";
import { browsers } from "@fg-errors/core/html";
import { fgErrors, problem } from "@fg-errors/express";
import axe from "axe-core";
import express from "express";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isChromiumSkipped, launchChromium } from "../launch-chromium.js";
import { patience } from "../patience.js";
import { shop } from "../published/shop.js";
import { withServer } from "../wire.js";

const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">`;

/** A contract that attacks whoever reads its pages. */
const hostile = defineContract(functionGraph, {
  service: "EVIL",
  types: "https://errors.example.com/evil/",
  name: attack,
  problems: {
    attack: {
      status: 409,
      title: attack,
      detail: `${attack} {sku}`,
      docs: `${attack}\n\n[link](javascript:alert(4)) <https://a.example/"onclick="alert(5)>\n\n- ${attack}\n\n> ${attack}\n\n\`\`\`\n${attack}`,
      deprecated: attack,
      owner: attack,
      since: attack,
    },
  },
});

const options = { contract: shop as Contract, format: browsers("problem"), onError() {} };

/** A gateway whose application has a policy of its own, as helmet sets one. */
const app = express()
  .disable("x-powered-by")
  .get("/favicon.ico", (_request, response) => void response.status(204).end())
  .use((_request, response, next) => void (response.set("Content-Security-Policy", "default-src 'self'"), next()))
  .use("/problems", problemPages(shop))
  .use("/evil", problemPages(hostile))
  .get("/order", () => {
    const errors = [
      { pointer: "#/sku", detail: "Not a text." },
      { parameter: "page", detail: "Too large." },
    ];
    throw problem(503, "Only 2 of A-1 are left.", {
      type: "https://errors.example.com/shop/out-of-stock",
      errors,
      headers: { "retry-after": 60 },
    });
  })
  .get("/attack/*path", () => {
    throw hostile.problems.attack({ sku: attack }, { errors: [{ pointer: `#/${attack}`, detail: attack }] });
  })
  .get("/files/{*path}", ({ path }, response) => {
    const file = renderPages(hostile).find((each) => `/files/${each.path}` === path)!;
    response.removeHeader("Content-Security-Policy"); // as on a host of files
    response.type(file.contentType).send(file.body);
  })
  .use(fgErrors(options));

describe.skipIf(isChromiumSkipped)("Chromium", { timeout: 4 * patience }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  }, 4 * patience);

  afterAll(() => browser?.close());

  /** Opens a page, and gives what has happened there besides: dialogs, and messages of the console. */
  async function open(
    origin: string,
    path: string,
    act: (page: Page, events: string[], status: number) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ bypassCSP: false });
    const events: string[] = [];
    page.on("dialog", (dialog) => (events.push(`dialog ${dialog.message()}`), dialog.dismiss()));
    page.on("console", (message) => {
      const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of");
      if (!isStatus) events.push(`${message.type()} ${message.text()}`);
    });
    page.on("pageerror", (error) => events.push(String(error)));
    page.on(
      "request",
      (request) =>
        request.isNavigationRequest() || request.url().endsWith("/favicon.ico") || events.push(`request ${request.url()}`),
    );
    try {
      const response = await page.goto(origin + path, { waitUntil: "load" });
      await act(page, events, response!.status());
    } finally {
      await page.close();
    }
  }

  it.each([
    ["the index", "/problems/", 200],
    ["the page of a type", "/problems/out-of-stock", 200],
    ["the page of a status", "/problems/status/503", 200],
    ["an error", "/order", 503],
  ])("finds no fault in %s, in light and in dark", async (_name, path, expected) => {
    await withServer(app, (port) =>
      open(`http://127.0.0.1:${port}`, path, async (page, events, status) => {
        expect(status).toBe(expected);
        const backgrounds: string[] = [];
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const { violations, passed } = await violationsIn(page);
          expect([colorScheme, violations, passed > 10]).toEqual([colorScheme, [], true]);
          backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        }
        expect(new Set(backgrounds).size).toBe(2);
        expect(await page.evaluate(() => getComputedStyle(document.querySelector("dt, li")!.parentElement!).display)).toBe(
          "block",
        );
        expect(await page.evaluate(() => getComputedStyle(document.body).maxWidth)).toBe("704px"); // the style is in force
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
        expect(wide).toBe(false);
        expect(events.filter((event) => !event.includes("axe"))).toEqual([]); // no violation of the policy among them
      }),
    );
  });

  it.each(["/evil/attack", "/evil", `/attack/${encodeURIComponent(attack)}`, "/files/attack/index.html"])(
    "text stays text: %s",
    async (path) => {
      await withServer(app, (port) =>
        open(`http://127.0.0.1:${port}`, path, async (page, events) => {
          const made = await page.evaluate(() => ({
            elements: document.querySelectorAll("script, img, iframe, object, [onclick], [onerror]").length,
            styles: document.querySelectorAll("style, link[rel=stylesheet], [style]").length,
            links: [...document.links].map(({ protocol }) => protocol).filter((protocol) => !/^https?:$/.test(protocol)),
            text: document.body.textContent,
          }));
          expect(made).toMatchObject({ elements: 0, styles: 1, links: [] });
          expect(made.text).toContain("<script>alert(1)</script>");
          expect(events).toEqual([]);
          const ran = await page.evaluate(() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            return (window as { ran?: boolean }).ran === true;
          });
          expect([ran, events.some((event) => event.includes("Content Security Policy"))]).toEqual([false, true]);
        }),
      );
    },
  );

  it("leads from the index to a page and back", async () => {
    await withServer(app, (port) =>
      open(`http://127.0.0.1:${port}`, "/problems", async (page) => {
        await page.click("text=Out of stock");
        expect(page.url()).toBe(`http://127.0.0.1:${port}/problems/out-of-stock`);
        await page.click("text=409");
        expect(await page.textContent("h1")).toBe("409 Conflict");
        await page.click("text=Problems of shop");
        expect(page.url()).toBe(`http://127.0.0.1:${port}/problems/`);
      }),
    );
  });
});

/** Runs axe in the page. The debugger evaluates it, so no policy stands in its way. */
async function violationsIn(page: Page): Promise<{ violations: string[]; passed: number }> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations, passes } = await (window as unknown as { axe: typeof axe }).axe.run();
    return {
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      passed: passes.length,
    };
  });
}

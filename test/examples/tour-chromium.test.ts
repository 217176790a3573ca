// The tour's page in a browser, with the tour behind it, and with answers that attack whoever reads them.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeCase } from "../../examples/tour/page/case.js";
import { createPage } from "../../examples/tour/page/server.js";
import { visits } from "../../examples/tour/visits.js";
import { patience } from "../patience.js";
import { withServer } from "../wire.js";

const executablePath = "/usr/bin/chromium";
const isSkipped = !existsSync(executablePath) && process.env["CI"] !== "true";
if (isSkipped) console.warn(`${executablePath} is missing, so its tests are skipped: apt-get install chromium`);

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];
const script = new URL("../../examples/tour/tour.js", import.meta.url).pathname;
const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">`;

describe.skipIf(isSkipped)("Chromium", { timeout: 4 * patience }, () => {
  let browser: Browser;
  let tour: ChildProcess;
  let address: string;

  beforeAll(async () => {
    const launching = chromium.launch({ executablePath, args });
    const child = (tour = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "ignore"] }));
    for await (const line of createInterface(child.stdout!)) {
      address = /asked again: (\S+)/.exec(line)?.[1] ?? "";
      if (address) break;
    }
    browser = await launching;
  }, 4 * patience);

  afterAll(async () => {
    tour?.kill();
    await browser?.close();
  });

  /** Opens a page of the tour, and gives what has gone wrong there. */
  async function open(url: string, act: (page: Page, events: string[]) => Promise<void>) {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const events: string[] = [];
    page.on("dialog", (dialog) => (events.push(`dialog ${dialog.message()}`), dialog.dismiss()));
    page.on("console", (message) => void events.push(`${message.type()} ${message.text()}`));
    page.on("pageerror", (error) => void events.push(String(error)));
    page.on("request", (request) => new URL(request.url()).origin !== new URL(url).origin && events.push(request.url()));
    try {
      await page.goto(url);
      await page.waitForSelector("#cases > li", { timeout: patience });
      await act(page, events);
    } finally {
      await context.close();
    }
  }

  it("finds no fault in the page, in light and in dark, at 360 and 1440 pixels", async () => {
    await open(address, async (page, events) => {
      await page.locator("details").evaluateAll((all) => all.slice(25, 30).forEach((each) => each.setAttribute("open", "")));
      const backgrounds = new Set<string>();
      for (const width of [360, 1440])
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          const { violations, passed } = await violationsIn(page);
          expect([width, colorScheme, violations, passed > 10]).toEqual([width, colorScheme, [], true]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        }
      expect(backgrounds.size).toBe(2);
      expect(events.filter((event) => !event.includes("axe"))).toEqual([]); // no violation of the policy among them
    });
  });

  it("shows both answers and what onError heard, by the keyboard alone", async () => {
    await open(address, async (page) => {
      const row = rowOf(page, "GET /closed/", "Express");
      await row.locator("summary").focus();
      await page.keyboard.press("Enter");
      const [without, ours] = [row.locator(".pane").nth(0), row.locator(".pane").nth(1)];
      expect(await row.locator(".wrong").innerText()).toBe("nobody listens there");
      expect(await without.locator(".outcome").innerText()).toBe("504");
      expect(await without.locator(".heard").innerText()).toBe("nothing: it has none");
      expect(await ours.locator(".outcome").innerText()).toBe("502");
      expect(await ours.locator(".headers").innerText()).toContain("content-type: application/problem+json");
      expect(await ours.locator(".body").innerText()).toContain('"error_code": "FSS.0502"');
      expect(await ours.locator(".heard").innerText()).toMatch(/^502 FSS\.0502\n[^]+\ncause: [^]*ECONNREFUSED/);
      expect(await ours.locator(".ms").innerText()).toMatch(/^\d+ ms$/);
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Run again");
    });
  });

  it("shows a transfer that was cut, with what onError heard of it", async () => {
    await open(address, async (page) => {
      const row = rowOf(page, "GET /faulty/truncated", "Koa");
      await row.locator("summary").click();
      expect(await row.locator(".pane .outcome").allInnerTexts()).toEqual(["200, then cut off", "200, then cut off"]);
      expect(await row.locator(".pane").nth(1).locator(".heard").innerText()).toMatch(/^502 /);
    });
  });

  it("asks the gateways anew, says so, and leaves the focus where it is", async () => {
    await open(address, async (page, events) => {
      const row = rowOf(page, "GET /nowhere", "Express");
      await row.locator("summary").click();
      const id = row.locator(".pane").nth(1).locator(".body");
      const before = await id.innerText();
      await row.locator(".run").focus();
      await page.keyboard.press("Enter");
      const news = page.locator("#news", { hasText: "GET /nowhere is asked again: 404 without fg-errors, 404 with it." });
      await news.waitFor();
      expect(await news.getAttribute("role")).toBe("status");
      const after = await id.innerText();
      const withoutId = (text: string) => text.replace(/[0-9a-f]{32}/, "");
      expect([after === before, withoutId(after)]).toEqual([false, withoutId(before)]);
      expect(await page.evaluate(() => document.activeElement?.className)).toBe("run");
      expect(await row.locator(".run").getAttribute("aria-disabled")).toBeNull();
      expect(events).toEqual([]);
    });
  });

  it("filters by status and by integration", async () => {
    await open(address, async (page) => {
      const shown = () => page.locator("#cases > li:visible").count();
      const count = (test: (visit: (typeof visits)[number]) => boolean) => visits.filter(test).length;
      expect(await shown()).toBe(visits.length);
      await page.getByLabel("Status with fg-errors").selectOption("504");
      expect(await shown()).toBe(count(({ status }) => status === 504));
      await page.getByLabel("Integration").selectOption("Koa: relay()");
      expect(await shown()).toBe(1);
      expect(await page.innerText("#news")).toBe(`Shown: 1 of ${visits.length} cases.`);
      expect(await page.innerText("#count")).toBe(`1 of ${visits.length} cases`);
      await page.getByLabel("Status with fg-errors").selectOption("");
      expect(await shown()).toBe(count(({ gateway, path }) => gateway === "koa" && path.split("/").length > 2));
    });
  });

  it.each([true, false])("copies the curl line, with a clipboard that the page may use: %s", async (hasClipboard) => {
    await open(address, async (page) => {
      if (!hasClipboard) await page.evaluate(() => Object.defineProperty(navigator.clipboard, "writeText", { value: undefined }));
      const row = rowOf(page, "DELETE /orders", "Express");
      await row.locator("summary").click();
      const button = row.getByRole("button", { name: "Copy curl line: DELETE /orders, with fg-errors" });
      await button.click();
      await page.locator("#news", { hasText: "The curl line is copied." }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toMatch(/^curl -i --max-time 10 -X DELETE 'http:\/\/127\.0\.0\.1:\d+\/orders'$/);
      expect(copied).toBe(await row.locator(".curl").nth(1).innerText());
      expect(await page.locator("textarea").count()).toBe(0);
      expect(await page.evaluate(() => document.activeElement?.className)).toBe("copy");
    });
  });

  it("text stays text, whatever comes from an upstream, and a run that fails is said", async () => {
    const answer = { status: 502, headers: { "x-a": attack }, text: attack, cut: false, late: false, ms: 1 };
    const heard = [{ status: 502, code: "FSS.0502", detail: attack, cause: attack }];
    const visit = {
      gateway: "koa",
      method: "GET",
      path: `/${attack}`,
      wrong: attack,
      status: 502,
      headers: { a: attack },
    } as const;
    const addresses = { express: "http://127.0.0.1:1", koa: "http://127.0.0.1:2" };
    const hostile = describeCase(
      { visit, without: answer, answer, problem: attack, heard },
      { plain: addresses, gateways: addresses },
    );
    const page = createPage([hostile], (index) => Promise.reject(new Error(`${index}`)));
    await withServer(page, (port) =>
      open(`http://127.0.0.1:${port}/`, async (page, events) => {
        await page.locator("summary").click();
        const made = await page.evaluate(() => [
          document.querySelectorAll("body script, img, a, [onerror], [style]").length,
          document.body.innerText.split("<script>alert(1)</script>").length > 9,
        ]);
        expect([made, events]).toEqual([[0, true], []]);
        await page.locator(".run").click();
        await page.locator("#news", { hasText: "could not be asked again: Error: " }).waitFor();
        const ran = await page.evaluate(() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          return (window as { ran?: boolean }).ran === true;
        });
        expect([ran, events.some((event) => event.includes("Content Security Policy"))]).toEqual([false, true]);
      }),
    );
  });
});

/** Finds the row of a request by what answers it. */
const rowOf = (page: Page, request: string, integration: string) =>
  page
    .locator("#cases > li")
    .filter({ has: page.locator(".request", { hasText: new RegExp(`^${request}$`) }) })
    .filter({ has: page.locator(".integration", { hasText: integration }) });

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

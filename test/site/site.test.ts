// The documentation site: built as `npm run docs` builds it, then read in Chromium in light and dark, on a telephone and on a screen.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isChromiumSkipped, launchChromium } from "../launch-chromium.js";
import { patience } from "../patience.js";
import { packageNames } from "../repo/sources.js";
import { withServer } from "../wire.js";

const root = new URL("../../", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "site-"));
const run = promisify(execFile);

beforeAll(async () => {
  await run(process.execPath, [`${root}docs/.vitepress/build.js`, folder], { env: { ...process.env, NODE_ENV: "production" } });
}, 24 * patience);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const html = (path: string) => readFileSync(join(folder, path), "utf8");

describe("the site", () => {
  it("has every page under its title, and those that are made of the code", () => {
    expect(html("upstream.html")).toMatch(/<h1[^>]*>Upstreams/);
    expect(html("reference/options.html")).toContain("upstreamCredentials");
    expect(html("reference/folds.html")).toContain("the client has to authenticate again");
    expect(html("reference/faults.html")).toContain("connection_read_timeout");
    expect(html("reference/codes.html")).toContain("APIG.0201");
    expect(html("reference/api/@fg-errors/core/server.html")).toContain("guardServer");
    expect(html("reference/api/@fg-errors/express.html")).toContain("fgResponses");
    expect(html("adr/0017-a-catalogue-of-problems.html")).toContain("catalogue");
  });

  it("serves the schema of a published contract at its address", () => {
    expect(JSON.parse(html("schema/contract-1.json"))).toMatchObject({
      $id: "https://fg-errors.github.io/schema/contract-1.json",
    });
  });

  it("has every page that the packages link", () => {
    const files = packageNames.flatMap((name) => [`packages/${name}/README.md`, `packages/${name}/package.json`]);
    const linked = ["README.md", "examples/catalogue/contract/errors.json", ...files].flatMap((file) => [
      ...readFileSync(root + file, "utf8").matchAll(/https:\/\/fg-errors\.github\.io\/([^\s"'`)>#]*)(?:#([^\s"'`)>]+))?/g),
    ]);
    expect(linked.length).toBeGreaterThan(2 * packageNames.length - 1);
    for (const [address, path = "", hash] of linked) {
      expect(existsSync(join(folder, path || "index.html")), address).toBe(true);
      if (hash) expect(html(path), address).toContain(` id="${hash}"`);
    }
  });

  it("has the section of each warning at its address", () => {
    const source = readFileSync(`${root}packages/core/src/util/warnings.ts`, "utf8");
    for (const code of new Set(source.match(/FG_ERRORS_\w+/g)))
      expect(html("troubleshooting.html")).toContain(` id="${code.toLowerCase()}"`);
  });

  it("draws the diagrams without a script, each with a name", () => {
    const [figure] = /<figure class="diagram"[^]*?<\/figure>/.exec(html("architecture.html"))!;
    expect(figure).toMatch(
      /^<figure class="diagram" role="img" tabindex="0" aria-label="From a failure to a response\. A thrown/,
    );
    expect(figure).toContain("<svg");
    expect(figure).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    for (const page of ["upstream.html", "server.html"]) expect(html(page)).toContain('<figure class="diagram" role="img"');
  });
});

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

const files: RequestListener = ({ url }, response) => {
  const path = decodeURIComponent(url!.split("?")[0]!);
  const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
  if (url === "/favicon.ico") response.writeHead(204).end();
  else if (!file.startsWith(folder) || !existsSync(file)) response.writeHead(404).end();
  else response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
};

describe.skipIf(isChromiumSkipped)("Chromium", { timeout: 8 * patience }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  }, 4 * patience);

  afterAll(() => browser?.close());

  /** Visits the site, and asserts that nothing was asked of another host and that the console stayed silent. */
  async function visit(act: (page: Page, origin: string) => Promise<void>): Promise<void> {
    await withServer(files, async (port) => {
      const page = await browser.newPage({ colorScheme: "light", viewport: { width: 1440, height: 900 } });
      const origin = `http://127.0.0.1:${port}`;
      const foreign: string[] = [];
      page.on("request", (request) => void (request.url().startsWith(origin) || foreign.push(request.url())));
      page.on("console", (message) => void (message.type() === "error" && foreign.push(message.text())));
      page.on("pageerror", (error) => void foreign.push(String(error)));
      try {
        await act(page, origin);
      } finally {
        await page.close();
      }
      expect(foreign).toEqual([]);
    });
  }

  /** Limits axe to violations: its list of passes has every element of a page. */
  const violationsOnly = `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => ({ violations }))`;

  const looks = (["light", "dark"] as const).flatMap((scheme) => [360, 1440].map((width) => ({ scheme, width })));

  /** Asserts that axe finds nothing on a page and that it is not too wide, in light and dark, on a telephone and on a screen. */
  async function expectAccessible(page: Page): Promise<void> {
    await page.evaluate(axe.source);
    for (const { scheme, width } of looks) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.waitForFunction(`document.documentElement.classList.contains("dark") === ${scheme === "dark"}`);
      const { violations } = (await page.evaluate(violationsOnly)) as axe.AxeResults;
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
      expect(found, `${scheme}, ${width} pixels`).toEqual([]);
      const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      expect(overflow, `${scheme}, ${width} pixels`).toBeLessThanOrEqual(0); // the open search box leaves room for the scroll bar
    }
  }

  it.each([
    ["home", "/"],
    ["a guide", "/express.html"],
    ["diagrams", "/architecture.html"],
    ["the options", "/reference/options.html"],
    ["a module", "/reference/api/@fg-errors/core/hosts.html"],
    ["a decision", "/adr/0017-a-catalogue-of-problems.html"],
  ])("is accessible: %s", async (_kind, path) => {
    await visit(async (page, origin) => {
      await open(page, origin + path);
      await expectAccessible(page);
    });
  });

  it("is accessible while someone searches", async () => {
    await visit(async (page, origin) => {
      await open(page, `${origin}/adr/0017-a-catalogue-of-problems.html`);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Search" }).waitFor();
      await page.keyboard.type("proxies");
      await page.getByRole("option", { selected: true }).waitFor();
      expect(await page.getByRole("option").count()).toBeGreaterThan(3);
      await expectAccessible(page);
    });
  });

  it("finds a word by the keyboard alone", async () => {
    await visit(async (page, origin) => {
      await open(page, `${origin}/`);
      await page.keyboard.press("/");
      const field = page.getByRole("combobox", { name: "Search" });
      await field.waitFor();
      expect(await field.getAttribute("aria-expanded")).toBe("false");
      await page.keyboard.type("lingeringly");
      const found = page.getByRole("option", { name: "Architecture Integrations" });
      await found.waitFor();
      expect(await field.getAttribute("aria-expanded")).toBe("true");
      while ((await found.getAttribute("aria-selected")) === "false") await page.keyboard.press("ArrowDown");
      expect(await field.getAttribute("aria-activedescendant")).toBe(await found.getAttribute("id"));
      await page.keyboard.press("Enter");
      await page.waitForURL("**/architecture.html#integrations");
      await page.getByRole("heading", { name: "Architecture", level: 1 }).waitFor();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    });
  });
});

/** Opens a page, and waits until its scripts have taken it over. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction("document.querySelector('#app').__vue_app__?._container");
}

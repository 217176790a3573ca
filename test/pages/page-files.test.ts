// renderPages() and fg-errors export --format pages: the same pages as files, for a host of files.
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderPages } from "@fg-errors/contract/pages";
import { defineContract, extendContract, functionGraph, rfc9110, type ProblemRow } from "@fg-errors/core";
import express from "express";
import { describe, expect, it } from "vitest";
import { markdownHtml } from "../../packages/contract/src/pages/markdown.js";
import { fgErrors, inFolder, shopModule } from "../published/command.js";
import { shop } from "../published/shop.js";
import { expectWork } from "../patience.js";
import { withServer } from "../wire.js";

const row = (more: Partial<ProblemRow> = {}): ProblemRow => ({ status: 409, title: "t", detail: "d", ...more });
const contractOf = (problems: Record<string, ProblemRow>, types = "https://errors.example.com/s/") =>
  defineContract(functionGraph, { service: "S", types, problems });
const htmlOf = (contract: Parameters<typeof renderPages>[0], path: string) =>
  renderPages(contract).find((file) => file.path === `${path}index.html`)!.body;
const folders = (contract: Parameters<typeof renderPages>[0]) =>
  renderPages(contract)
    .map(({ path }) => path)
    .filter((path) => path.endsWith(".html"))
    .map((path) => path.replace(/\/?index\.html$/, ""));

describe("the files", () => {
  it("are an index, and a page for each type and each status, as HTML and as JSON", () => {
    const statuses = Object.keys(functionGraph.statuses).map((status) => `status/${status}`);
    expect(folders(shop)).toEqual(["", "out-of-stock", "checkout-closed", "limited", "old-thing", ...statuses]);
    const paths = renderPages(shop).map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith(".json"))).toEqual(
      paths.filter((path) => path.endsWith(".html")).map((path) => path.replace(".html", ".json")),
    );
    for (const { path, contentType, body } of renderPages(shop)) {
      expect(contentType).toBe(path.endsWith(".json") ? "application/json" : "text/html; charset=utf-8");
      if (path.endsWith(".json")) expect(JSON.parse(body)).toBeTypeOf("object");
      else
        expect(body.match(/<style>|<script|<meta http-equiv="Content-Security-Policy"/g)).toEqual([
          '<meta http-equiv="Content-Security-Policy"',
          "<style>",
        ]);
    }
    expect(folders(rfc9110)).toContain("status/422");
    expect(folders(extendContract(functionGraph, { 429: { title: "a", description: "b" } }))).toContain("status/429");
  });

  it("say all that a row says", () => {
    const page = htmlOf(
      contractOf({
        late: row({
          title: "Too late",
          detail: "It closed at {at, date}.",
          code: "S.1",
          retry: "idempotent",
          retryAfter: 1,
          docs: "Wait.\n\n- once\n- twice",
          deprecated: "Use S.2.",
          owner: "team-a",
          since: "2.1",
        }),
      }),
      "late/",
    );
    for (const text of [
      "<title>Too late (S.1)</title>",
      '<link rel="canonical" href="https://errors.example.com/s/late">',
      "<h1>Too late</h1>",
      "<strong>Deprecated.</strong> Use S.2.",
      "It closed at {at, date}.",
      '<a href="../status/409/index.html">409</a>',
      "Yes, if the request&#39;s method is idempotent".replace("&#39;", "'"),
      "Wait 1 second first.",
      "<p>Wait.</p>\n<ul>\n<li>once</li>\n<li>twice</li>\n</ul>",
      "<dt>Owner</dt>\n<dd>team-a</dd>",
      "<dt>Since</dt>\n<dd>2.1</dd>",
      "<code>at</code>: string (date-time)",
      "It closed at 2030-01-01T00:00:00.000Z.",
    ])
      expect(page).toContain(text);
    expect(htmlOf(shop, "limited/")).toContain("<code>note</code>: string, optional");
  });

  it("say of a status which problems have it, and what leaves as it", () => {
    const page = htmlOf(shop, "status/503/");
    for (const text of [
      "<h1>503 Service Unavailable</h1>",
      "<code>SHOP.0503</code>",
      "<dd>429, 507, 509, 529</dd>",
      '<a href="../../checkout-closed/index.html">Checkout closed</a>',
    ])
      expect(page).toContain(text);
    const json = JSON.parse(renderPages(shop).find(({ path }) => path === "status/502/index.json")!.body) as object;
    expect(json).toMatchObject({
      status: 502,
      code: "SHOP.0502",
      upstreamFolds: expect.arrayContaining([407, 520]),
      problems: [],
      example: { status: 502 },
    });
    expect(htmlOf(shop, "status/204/")).toContain("<h1>204</h1>");
  });

  it("have paths that are what follows `types` in the problems' URIs, where that is a path", () => {
    const types = "https://errors.example.com/s/";
    const rows = {
      nested: row({ type: `${types}stock/out.v2` }),
      elsewhere: row({ type: "https://other.example/x" }),
      stockOut: row({ type: "urn:example:y" }),
      other: row({ type: `${types}stock-out` }),
      urn: row({ type: "urn:example:x" }),
      upHere: row({ type: `${types}../../etc/passwd` }),
      dotted: row({ type: `${types}.git/config` }),
      queried: row({ type: `${types}a?b` }),
      encoded: row({ type: `${types}%2e%2e` }),
      index: row(),
      fileName: row({ type: `${types}index.html` }),
      status: row(),
      shadow: row({ type: `${types}status/404` }),
      same_thing: row(),
      sameThing: row({ code: "S.SECOND" }),
      plain: row(),
      upper: row({ type: `${types}PLAIN` }),
    };
    const paths = folders(contractOf(rows)).slice(1, Object.keys(rows).length + 1);
    expect(paths).toEqual([
      "stock/out.v2",
      "elsewhere",
      "stock-out-2",
      "stock-out",
      "urn",
      "up-here",
      "dotted",
      "queried",
      "encoded",
      "index",
      "file-name",
      "status",
      "shadow",
      "same-thing",
      "same-thing-2",
      "plain",
      "upper",
    ]);
  });

  it("have URIs that resolve where the folder is hosted, and links that lead to pages", async () => {
    await inFolder({}, async (folder) => {
      expect(await fgErrors("export", shopModule, "--format", "pages", "--out", join(folder, "shop"))).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
      await withServer(express().use(express.static(folder)), async (port) => {
        const origin = `http://127.0.0.1:${port}`;
        for (const { type, title } of Object.values(shop.problems))
          expect(await (await fetch(origin + new URL(type).pathname)).text()).toContain(`<h1>${title}</h1>`);
        const seen = new Set<string>();
        const waiting = [`${origin}/shop/`];
        for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
          if (seen.has(url)) continue;
          seen.add(url);
          const response = await fetch(url);
          expect([url, response.status]).toEqual([url, 200]);
          if (url.endsWith(".json")) continue;
          for (const [, href] of (await response.text()).matchAll(/<(?:a|link rel="alternate"[^>]*) href="([^"]+)"/g)) {
            const next = new URL(href!, response.url);
            if (next.origin === origin) waiting.push(next.href);
          }
        }
        expect(seen.size).toBe(renderPages(shop).length + 1); // the index has two addresses
      });
    });
  });
});

describe("every text is text", () => {
  const attack = `"'><img src=x onerror=alert(1)><script>alert(1)</script>`;

  it.each(["title", "detail", "docs", "deprecated", "owner", "since"] as const)("%s", (member) => {
    const contract = contractOf({ a: row({ [member]: attack.replaceAll("'", "") }) });
    for (const { path, body } of renderPages(contract)) if (path.endsWith(".html")) expect(body).not.toMatch(/<img|<script/);
    expect(htmlOf(contract, "a/")).toContain("&#34;&#62;&#60;img src=x");
  });

  it("the contract's own", () => {
    const base = extendContract(functionGraph, { 429: { title: attack, description: attack } });
    const contract = defineContract(
      { ...base, name: attack },
      { service: "S", types: "urn:s:", name: attack, problems: { a: row() } },
    );
    for (const { path, body } of renderPages(contract)) if (path.endsWith(".html")) expect(body).not.toMatch(/<img|<script/);
  });

  it("those of a schema", () => {
    const schema = {
      type: "object",
      properties: { [attack]: { type: "string", format: attack, description: attack } },
      required: [],
    };
    const members = {
      "~standard": { validate: (value: unknown) => ({ value }), jsonSchema: { input: () => schema, output: () => schema } },
    };
    const page = htmlOf(contractOf({ a: row({ members }) }), "a/");
    expect(page).not.toMatch(/<img|<script/);
    expect(page).toContain("onerror");
  });
});

describe("Markdown", () => {
  it.each([
    ["one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"],
    [
      "One.\n\n      - a\n      - b\n\n      ```\n        c\n      ```\n    ",
      "<p>One.</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<pre><code>  c</code></pre>",
    ],
    ["# a\ntext", "<h3>a</h3>\n<p>text</p>"],
    ["- a\n  more\n- b", "<ul>\n<li>a\nmore</li>\n<li>b</li>\n</ul>"],
    ["1. a\n2) b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"],
    ["text\n- a", "<p>text</p>\n<ul>\n<li>a</li>\n</ul>"],
    ["> a\n> b", "<blockquote><p>a\nb</p></blockquote>"],
    ["```js\na < b\n\n- c\n```\nd", "<pre><code>a &#60; b\n\n- c</code></pre>\n<p>d</p>"],
    ["~~~\nopen", "<pre><code>open</code></pre>"],
    ["`a*b*` **c** *d* _e_", "<p><code>a*b*</code> <strong>c</strong> <em>d</em> <em>e</em></p>"],
    ["snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"],
    ["[docs](https://a.example/?a=1&b=2)", '<p><a href="https://a.example/?a=1&#38;b=2">docs</a></p>'],
    ["<https://a.example/>", '<p><a href="https://a.example/">https://a.example/</a></p>'],
    ["[a](javascript:alert)", "<p>a</p>"],
    ["[a](data:text/html,x)", "<p>a</p>"],
    ["[a](//evil.example) [b](/x) [c](JaVaScRiPt:x)", "<p>a b c</p>"],
    ['[a](https://e.example/"onclick="x)', '<p><a href="https://e.example/&#34;onclick=&#34;x">a</a></p>'],
    ["<b onclick=x>a</b>", "<p>&#60;b onclick=x&#62;a&#60;/b&#62;</p>"],
    ["a\u0000\u0007b\r\nc", "<p>ab\nc</p>"],
    ["\n \n", ""],
  ])("%j is %j", (markdown, html) => expect(markdownHtml(markdown)).toBe(html));

  it("takes linear time", async () => {
    const texts = ["`", "[", "[a](", "*a ", "**", "<https://", "- ", "> ", "```\n", "# ", "_", "1. ", "\n", "*a\n"].map((part) =>
      part.repeat(200_000 / part.length),
    );
    for (const text of texts) await expectWork(() => markdownHtml(text), 1500);
  });
});

describe("fg-errors export --format pages", () => {
  const exported = (folder: string, ...args: string[]) =>
    fgErrors("export", shopModule, "--format", "pages", "--out", join(folder, "site/errors"), ...args);

  it("writes the files, replaces those of an earlier export, and leaves others alone", async () => {
    await inFolder({ other: "x" }, async (folder) => {
      for (const _time of [1, 2]) {
        expect(await exported(folder)).toEqual({ code: 0, stdout: "", stderr: "" });
        for (const { path, body } of renderPages(shop))
          expect(await readFile(join(folder, "site/errors", path), "utf8")).toBe(body);
        await writeFile(join(folder, "site/errors/index.html"), "old");
        await writeFile(join(folder, "site/errors/CNAME"), "errors.example.com");
      }
      expect(await readFile(join(folder, "site/errors/CNAME"), "utf8")).toBe("errors.example.com");
      expect([await readdir(folder), await readdir(join(folder, "site"))]).toEqual([["other", "site"], ["errors"]]);
    });
  });

  it("follows a symbolic link to a folder", async () => {
    await inFolder({}, async (folder) => {
      await mkdir(join(folder, "real"));
      await symlink("real", join(folder, "linked"));
      await fgErrors("export", shopModule, "--format", "pages", "--out", join(folder, "linked"));
      expect(await readdir(join(folder, "real"))).toContain("index.html");
    });
  });

  it.each([
    [["export", shopModule, "--format", "pages"], "--format pages takes --out DIR: the pages are files in a folder"],
    [["export", shopModule, "--format", "pages", "--out", "FOLDER/file"], "FOLDER/file cannot be written: ENOTDIR"],
    [["export", shopModule, "--format", "pages", "--out", "FOLDER/file/x"], "FOLDER/file/x cannot be written: ENOTDIR"],
    [["export", shopModule, "--format", "pages", "--out", "FOLDER/taken"], "FOLDER/taken/status cannot be written: ENOTDIR"],
    [["export", shopModule, "--format", "pages", "--out", "FOLDER/folder"], "FOLDER/folder/index.json cannot be written: EISDIR"],
    [
      ["export", "FOLDER/none.mjs", "--format", "pages", "--out", "FOLDER/new"],
      "FOLDER/none.mjs cannot be loaded: Cannot find module",
    ],
    [["export", "FOLDER/file", "--format", "pages", "--out", "FOLDER/new"], "FOLDER/file"],
    [["export", shopModule, "--format", "page", "--out", "FOLDER/new"], "pages, not page"],
  ])("%j is one line, and nothing is written", async (args, message) => {
    await inFolder({ file: "export const a = 1;" }, async (folder) => {
      await mkdir(join(folder, "taken"));
      await writeFile(join(folder, "taken/status"), "mine");
      await mkdir(join(folder, "folder/index.json"), { recursive: true });
      const before = await readdir(folder, { recursive: true });
      const { code, stdout, stderr } = await fgErrors(...args.map((arg) => arg.replace("FOLDER", folder)));
      expect(stderr).toContain(message.replace("FOLDER", folder));
      expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
      expect(await readdir(folder, { recursive: true })).toEqual(before);
    });
  });
});

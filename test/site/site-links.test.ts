// Dead links fail the build of the site: those into the repository and those to a heading, which VitePress does not check.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkAnchors } from "../../docs/.vitepress/anchors.js";
import { drawDiagram } from "../../docs/.vitepress/diagrams.js";
import { repositoryLink, slugify } from "../../docs/.vitepress/markdown.js";
import { mendMarkup } from "../../docs/.vitepress/search-box.js";

const root = new URL("../../", import.meta.url).pathname;
const repository = "https://github.com/fg-errors/fg-errors/blob/main/";

it.each([
  ["docs/upstream.md", "../packages/core/README.md#install", `${repository}packages/core/README.md#install`],
  ["docs/adr/0001-commonjs-and-es-modules.md", "../../scripts/bundle.js", `${repository}scripts/bundle.js`],
  ["docs/upstream.md", "../README.md#options", "/reference/options"],
  ["docs/upstream.md", "server.md#shutting-down", undefined],
  ["docs/adr/0001-commonjs-and-es-modules.md", "../performance.md", undefined],
  ["docs/upstream.md", "#faults", undefined],
  ["docs/upstream.md", "https://example.com/", undefined],
])("%s: %s leads to %s", (page, href, expected) => {
  expect(repositoryLink(root + page, href)).toBe(expected);
});

it("refuses a link to a file that there is not", () => {
  expect(() => repositoryLink(`${root}docs/upstream.md`, "../packages/cores/README.md")).toThrow(
    "dead link in docs/upstream.md: ../packages/cores/README.md",
  );
});

it("leaves the dead links inside docs/ to VitePress", () => {
  expect(readFileSync(`${root}docs/.vitepress/config.ts`, "utf8")).not.toContain("ignoreDeadLinks");
});

it("gives a heading the anchor that it has on GitHub", () => {
  expect(slugify("Huawei Cloud's API Gateway: what `fgProxy()` does")).toBe("huawei-clouds-api-gateway-what-fgproxy-does");
});

it("refuses an anchor that no heading has", () => {
  const folder = mkdtempSync(join(tmpdir(), "anchors-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const linked = (href: string) => writeFileSync(join(folder, "index.html"), `<h1 id="top"></h1><a href="${href}">x</a>`);
  for (const known of ["#top", "/#top", "/index.html#top", "https://example.com/#any"]) {
    linked(known);
    expect(() => checkAnchors(folder)).not.toThrow();
  }
  for (const dead of ["#bottom", "/other.html#top"]) {
    linked(dead);
    expect(() => checkAnchors(folder)).toThrow(`dead anchors:\n/index.html: ${dead}`);
  }
});

it("refuses a diagram without a name", () => {
  expect(() => drawDiagram("flowchart LR\n  a --> b\n")).toThrow("accTitle");
});

it("refuses a search box whose markup is not the one that it mends", () => {
  const component = `${root}docs/node_modules/vitepress/dist/client/theme-default/components/VPLocalSearchBox.vue`;
  const markup = readFileSync(component, "utf8");
  expect(mendMarkup(markup)).toContain('role="dialog"');
  expect(() => mendMarkup(markup.replace('aria-autocomplete="both"', ""))).toThrow("VitePress's search box is another one");
  expect(() => mendMarkup(mendMarkup(markup))).toThrow("VitePress's search box is another one");
});

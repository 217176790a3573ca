// The links between the pages of the repository: each leads to a file, and to a heading where it names one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { slugify } from "../../docs/.vitepress/markdown.js";

const root = new URL("../../", import.meta.url);

const pages = ["", "docs/", "docs/adr/", "examples/", "packages/"].flatMap((folder) =>
  readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name.endsWith(".md") ? [folder + entry.name] : [];
    const readme = `${folder}${entry.name}/README.md`;
    return existsSync(new URL(readme, root)) && entry.name !== "node_modules" ? [readme] : [];
  }),
);

/** Leaves out code, in which a bracket before a parenthesis is no link. */
const withoutCode = (text: string) => text.replace(/^```[^]*?^```$/gm, "").replace(/`[^`\n]+`/g, "x");

const anchorsOf = (text: string) =>
  text.split("\n").flatMap((line) => (/^#+ (.+)$/.exec(line) ? [slugify(line.replace(/^#+/, ""))] : []));

it("finds the pages", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "docs/errors.md", "packages/core/README.md", "examples/catalogue/README.md"]),
  );
});

it.each(pages)("%s links to what there is", (page) => {
  const text = readFileSync(new URL(page, root), "utf8");
  const dead = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, href]) => href!)
    .filter((href) => !/^[a-z]+:|^\//.test(href))
    .filter((href) => {
      const { pathname, hash } = new URL(href, new URL(page, root));
      const file = new URL(pathname, root);
      if (!existsSync(file)) return true;
      return hash !== "" && pathname.endsWith(".md") && !anchorsOf(readFileSync(file, "utf8")).includes(decodeURI(hash).slice(1));
    });
  expect(dead).toEqual([]);
});

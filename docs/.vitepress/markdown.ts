import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { MarkdownOptions } from "vitepress";
import { drawDiagram } from "./diagrams.js";

type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

const root = fileURLToPath(new URL("../../", import.meta.url));
const docs = join(root, "docs/");
const repository = "https://github.com/fg-errors/fg-errors/blob/main/";

/** Adds what this site needs to Markdown: links into the repository, diagrams, and tables that a keyboard can scroll. */
export function configureMarkdown(markdown: Markdown): void {
  linkToRepository(markdown);
  fenceIndentedCode(markdown);
  drawDiagrams(markdown);
  wrapTables(markdown);
}

/** Gives a heading the anchor that it has on GitHub, so that one link works in both places. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/**
 * Gives the address of what a link outside docs/ leads to: a file of the repository. A dead one fails the build, as dead links inside docs/ do.
 * @param page the file that has the link
 * @returns undefined for a link to a page of the site, or to another host
 */
export function repositoryLink(page: string, href: string): string | undefined {
  if (/^(?:[a-z]+:|[#/]|$)/.test(href)) return undefined;
  if (href.endsWith("../README.md#options")) return "/reference/options"; // the page that is made of that section
  const [path, hash] = href.split("#");
  const file = join(dirname(page), path!);
  if (file.startsWith(docs) && /(?:\.md|\/)$/.test(file)) return undefined;
  if (!existsSync(file)) throw new Error(`dead link in ${relative(root, page)}: ${href}`);
  return repository + relative(root, file) + (hash ? `#${hash}` : "");
}

function linkToRepository(markdown: Markdown): void {
  markdown.core.ruler.push("link-to-repository", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === "link_open")) {
      const address = repositoryLink((env as { path: string }).path, token.attrGet("href")!);
      if (address !== undefined) token.attrSet("href", address);
    }
  });
}

/** Renders indented code, such as commands, as a fenced block: it scrolls on a narrow screen. */
function fenceIndentedCode(markdown: Markdown): void {
  markdown.core.ruler.push("fence-indented-code", ({ tokens }) => {
    for (const token of tokens.filter(({ type }) => type === "code_block"))
      Object.assign(token, { type: "fence", tag: "code", info: "sh" });
  });
}

function drawDiagrams(markdown: Markdown): void {
  const fence = markdown.renderer.rules.fence!;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index]!;
    return info.trim() === "mermaid" ? drawDiagram(content) : fence(tokens, index, ...rest);
  };
}

/** Wraps a table in a region that takes the focus: on a narrow screen it is scrolled. Its number makes the name of the region unique. */
function wrapTables(markdown: Markdown): void {
  markdown.renderer.rules.table_open = (tokens, index) => {
    const number = tokens.slice(0, index + 1).filter(({ type }) => type === "table_open").length;
    const head = tokens
      .slice(index)
      .find(({ type }) => type === "inline")
      ?.content.replaceAll(/[^\w ,-]/g, "");
    return `<div class="table" role="region" tabindex="0" aria-label="Table ${number}: ${head}">\n<table tabindex="-1">\n`;
  };
  markdown.renderer.rules.table_close = () => "</table>\n</div>\n";
}

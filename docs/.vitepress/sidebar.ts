import { existsSync, readdirSync, readFileSync } from "node:fs";

const docs = new URL("../", import.meta.url);

/** Orders the pages by what a reader looks for. A guide that is not listed follows the others. */
const order = {
  Start: ["index"],
  Guides: [
    "express",
    "koa",
    "proxies",
    "upstream",
    "errors",
    "contract",
    "hosts",
    "server",
    "observability",
    "edge",
    "languages",
    "pages",
    "functiongraph",
    "migration",
  ],
  Reference: ["reference/options", "statuses", "reference/folds", "reference/faults", "reference/codes", "reference/api/index"],
  Help: ["troubleshooting", "faq"],
  Background: ["architecture", "security", "performance"],
};

/** Gives the sidebar: all pages, each under its own title. */
export function sidebar() {
  const listed = new Set(Object.values(order).flat());
  const others = pagesIn("").filter((page) => !listed.has(page));
  const groups = { ...order, Guides: [...order.Guides, ...others] };
  return [
    ...Object.entries(groups).map(([text, pages]) => ({
      text,
      items: [...pages.filter(exists).map(item), ...(text === "Reference" ? [modules()] : [])],
    })),
    { text: "Decisions", collapsed: true, items: pagesIn("adr/").map(item) },
  ];
}

function modules() {
  const pages = pagesIn("reference/api/").filter((page) => !page.endsWith("/index"));
  return { text: "Modules", collapsed: true, items: pages.map(item) };
}

function pagesIn(folder: string): string[] {
  const url = new URL(folder, docs);
  if (!existsSync(url)) return [];
  const files = readdirSync(url, { recursive: folder !== "", encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  return files.map((name) => folder + name.replaceAll("\\", "/").slice(0, -3)).toSorted();
}

function exists(page: string): boolean {
  return existsSync(new URL(`${page}.md`, docs));
}

function item(page: string) {
  const title = /^# (.+)$/m.exec(readFileSync(new URL(`${page}.md`, docs), "utf8"))?.[1] ?? page;
  return { text: title.replaceAll("`", ""), link: `/${page.replace(/(^|\/)index$/, "$1")}` };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fails the build if a link of the site names an anchor that its page does not have: VitePress looks only for the page. */
export function checkAnchors(folder: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const pages = new Map(names.map((name) => [`/${name.replaceAll("\\", "/")}`, readFileSync(join(folder, name), "utf8")]));
  const ids = new Map([...pages].map(([path, html]) => [path, new Set(matches(html, / id="([^"]+)"/g))]));
  const dead = [...pages].flatMap(([path, html]) =>
    matches(html, / href="([^"]*#[^"]+)"/g)
      .filter((href) => !isKnown(new URL(href.replaceAll("&amp;", "&"), `http://site${path}`), ids))
      .map((href) => `${path}: ${href}`),
  );
  if (dead.length > 0) throw new Error(`dead anchors:\n${[...new Set(dead)].join("\n")}`);
}

function matches(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map((match) => match[1]!);
}

function isKnown({ host, pathname, hash }: URL, ids: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  if (host !== "site") return true;
  const page = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  return ids.get(page)?.has(decodeURIComponent(hash.slice(1))) ?? false;
}

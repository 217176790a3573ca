import type { Contract } from "@fg-errors/core";
import { jsonText } from "../formats/format.js";
import { contractPages } from "./contract-pages.js";
import { pageHtml } from "./page.js";

/**
 * Describes a file of the pages.
 * @example
 * const bodies = new Map(renderPages(shop).map(({ path, body }: PageFile) => [path, body]));
 * bodies.get("out-of-stock/index.html"); // "<!DOCTYPE html>…"
 */
export interface PageFile {
  /** Path under the folder of the pages, with slashes, such as "out-of-stock/index.html". */
  readonly path: string;
  readonly contentType: "text/html; charset=utf-8" | "application/json";
  readonly body: string;
}

/**
 * Writes the pages of a contract as files, for a host of files: an index, a page for each problem and one for each status, each as HTML and as JSON. Where the folder is
 * hosted at the contract's `types`, the problems' URIs lead to their pages.
 * @param contract `functionGraph`, `rfc9110` or what `defineContract()` returns
 * @returns the files; the index is first
 * @throws TypeError for a value that is no contract
 * @example
 * for (const { path, body } of renderPages(shop)) {
 *   mkdirSync(dirname(`site/${path}`), { recursive: true });
 *   writeFileSync(`site/${path}`, body);
 * }
 */
export function renderPages(contract: Contract): readonly PageFile[] {
  return contractPages(contract).flatMap((page): PageFile[] => {
    const depth = page.path === "" ? 0 : page.path.split("/").length;
    const root = "../".repeat(depth);
    const linkTo = (path: string) => `${root}${path === "" ? "" : `${path}/`}index.html`; // the name, so that the files can be read without a host
    const folder = page.path === "" ? "" : `${page.path}/`;
    return [
      { path: `${folder}index.html`, contentType: "text/html; charset=utf-8", body: pageHtml(page, linkTo, "index.json") },
      { path: `${folder}index.json`, contentType: "application/json", body: jsonText(page.json) },
    ];
  });
}

import type { Contract } from "@fg-errors/core";
import { escapeHtml, htmlPage, htmlPagePolicy } from "@fg-errors/core/html";
import type { ContractDocument } from "../document.js";

/** Describes the contract that pages are of. */
export interface PagesSource {
  readonly contract: Contract;
  readonly document: ContractDocument;
  /** Path of each problem's page, by the key of its row. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Gives the address of another page: a relative reference that needs no escaping. */
export type LinkTo = (path: string) => string;

/** Describes a page. */
export interface Page {
  /** Path under the pages' own folder, without a slash at its ends: "" for the index. */
  readonly path: string;
  readonly title: string;
  /** URI that the page explains. */
  readonly canonical?: string | undefined;
  /** Writes the HTML of the page's content. */
  readonly content: (linkTo: LinkTo) => string;
  /** The same as data. */
  readonly json: object;
}

/**
 * Writes a page as HTML. Its policy is in the document, too, since a host of files may not send a header field.
 * @param jsonFile address of the same page as JSON
 */
export function pageHtml({ title, canonical, content }: Page, linkTo: LinkTo, jsonFile: string): string {
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(htmlPagePolicy)}">`,
    ...(canonical !== undefined && /^https:\/\/[^#]+$/.test(canonical)
      ? [`<link rel="canonical" href="${escapeHtml(canonical)}">`]
      : []),
    `<link rel="alternate" type="application/json" href="${jsonFile}">`,
  ];
  return htmlPage({ title, content: content(linkTo), head: `\n${head.join("\n")}` });
}

/** Writes terms and what belongs to them; a term without anything is left out. */
export function termsHtml(terms: readonly (readonly [term: string, html: string | undefined])[]): string {
  const known = terms.filter(([, html]) => html !== undefined);
  return `<dl>\n${known.map(([term, html]) => `<dt>${term}</dt>\n<dd>${html}</dd>`).join("\n")}\n</dl>`;
}

/** Writes a text as code. */
export const codeHtml = (text: unknown) => `<code>${escapeHtml(text)}</code>`;

/** Writes an example of a body. */
export function exampleHtml(body: object | undefined): string {
  return body === undefined ? "" : `\n<h2>Example</h2>\n<pre>${codeHtml(JSON.stringify(body, null, 2))}</pre>`;
}

/** Writes a list of problems with links to their pages. */
export function problemItems({ document, paths }: PagesSource, keys: readonly string[], linkTo: LinkTo, withIds = false): string {
  const items = keys.map((key) => {
    const { title, code, deprecated } = document.problems[key]!;
    const path = paths.get(key)!;
    const id = withIds && !path.includes("/") ? ` id="${escapeHtml(path)}"` : ""; // where the URIs of types are fragments
    return `<li${id}><a href="${linkTo(path)}">${escapeHtml(title)}</a> ${codeHtml(code)}${deprecated ? " (deprecated)" : ""}</li>`;
  });
  return `<ul>\n${items.join("\n")}\n</ul>`;
}

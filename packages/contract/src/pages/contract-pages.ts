import type { Contract } from "@fg-errors/core";
import { isContract } from "@fg-errors/core/adapter";
import { escapeHtml } from "@fg-errors/core/html";
import { contractDocument } from "../document.js";
import { codeHtml, problemItems, type LinkTo, type Page, type PagesSource } from "./page.js";
import { pagePaths, statusPath } from "./page-paths.js";
import { statusPage } from "./status-page.js";
import { typePage } from "./type-page.js";

/**
 * Makes all pages of a contract: the index, one for each problem and one for each status. `about:blank` needs none: its title says it all.
 * @throws TypeError for a value that is no contract
 */
export function contractPages(contract: Contract): readonly Page[] {
  if (!isContract(contract))
    throw new TypeError("the pages take a contract: functionGraph, rfc9110 or what defineContract() returns");
  const document = contractDocument(contract);
  const source: PagesSource = { contract, document, paths: pagePaths(document) };
  const rows = Object.entries(contract.problems ?? {});
  return [
    indexPage(source),
    ...rows.map(([key, row]) => typePage(source, key, row)),
    ...Object.keys(document.statuses).map((status) => statusPage(source, Number(status))),
  ];
}

function indexPage(source: PagesSource): Page {
  const { name, service, types, problems, statuses } = source.document;
  const title = `Problems of ${name}`;
  const keys = Object.keys(problems);
  const statusItems = (linkTo: LinkTo) =>
    Object.entries(statuses).map(([status, row]) => {
      const text = row.title === "-" ? status : `${status} ${row.title}`;
      return `<li><a href="${linkTo(statusPath(status))}">${escapeHtml(text)}</a></li>`;
    });
  const indexContent = (linkTo: LinkTo) =>
    [
      `<h1>${escapeHtml(title)}</h1>`,
      `<p>Every failure of these services has one of these statuses, and a body in ${codeHtml("application/problem+json")} (RFC 9457).</p>`,
      ...(keys.length === 0 ? [] : ["<h2>Problems</h2>", problemItems(source, keys, linkTo, true)]),
      "<h2>Statuses</h2>",
      `<ul>\n${statusItems(linkTo).join("\n")}\n</ul>`,
    ].join("\n");
  const listed = Object.entries(problems).map(([key, { type, code, status, title: own, deprecated }]) => ({
    key,
    type,
    code,
    status,
    title: own,
    deprecated,
  }));
  return { path: "", title, canonical: types, content: indexContent, json: { name, service, types, problems: listed, statuses } };
}

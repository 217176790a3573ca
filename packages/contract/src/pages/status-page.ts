import { escapeHtml } from "@fg-errors/core/html";
import { exampleOfStatus } from "../samples.js";
import { codeHtml, exampleHtml, problemItems, termsHtml, type LinkTo, type Page, type PagesSource } from "./page.js";
import { statusPath } from "./page-paths.js";

/** Makes the page of a status: what it means, which problems have it, and which other statuses leave as it. */
export function statusPage(source: PagesSource, status: number): Page {
  const { document, contract } = source;
  const { title, description } = document.statuses[status]!;
  const isError = status >= 400;
  const keys = Object.keys(document.problems).filter((key) => document.problems[key]!.status === status);
  const [folded, foldedFromUpstream] = [
    statusesFoldedTo(document.folds, status),
    statusesFoldedTo(document.upstreamFolds, status),
  ];
  const example = isError ? exampleOfStatus(contract, status) : undefined;
  const code = example?.error_code;
  const heading = title === "-" ? String(status) : `${status} ${title}`;
  const writeContent = (linkTo: LinkTo) =>
    [
      `<p><a href="${linkTo("")}">Problems of ${escapeHtml(document.name)}</a></p>`,
      `<h1>${escapeHtml(heading)}</h1>`,
      `<p>${escapeHtml(description)}</p>`,
      ...(isError
        ? [
            termsHtml([
              ["Code", codeHtml(code)],
              ["Stands for", statusList(folded)],
              ["From an upstream, stands for", statusList(foldedFromUpstream)],
            ]),
          ]
        : []),
      ...(keys.length === 0 ? [] : ["<h2>Problems</h2>", problemItems(source, keys, linkTo)]),
    ].join("\n") + exampleHtml(example);
  const problems = keys.map((key) => ({ key, type: document.problems[key]!.type, code: document.problems[key]!.code }));
  const codes = isError ? { code, folds: folded, upstreamFolds: foldedFromUpstream } : {};
  return {
    path: statusPath(status),
    title: heading,
    content: writeContent,
    json: { status, title, description, ...codes, problems, ...(example && { example }) },
  };
}

/** Lists the statuses that leave as another one. */
function statusesFoldedTo(folds: Readonly<Record<string, number>>, status: number): number[] {
  return Object.keys(folds)
    .filter((from) => folds[from] === status)
    .map(Number);
}

const statusList = (statuses: readonly number[]) => (statuses.length === 0 ? undefined : statuses.join(", "));

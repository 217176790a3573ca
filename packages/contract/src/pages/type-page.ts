import type { CatalogueRow, Retry } from "@fg-errors/core";
import { escapeHtml, htmlLink } from "@fg-errors/core/html";
import type { DocumentedProblem } from "../document.js";
import type { JsonSchema } from "../members-schema.js";
import { exampleOfRow } from "../samples.js";
import { markdownHtml } from "./markdown.js";
import { codeHtml, exampleHtml, termsHtml, type LinkTo, type Page, type PagesSource } from "./page.js";
import { statusPath } from "./page-paths.js";

/** Makes the page behind the URI of a problem. */
export function typePage(source: PagesSource, key: string, row: CatalogueRow): Page {
  const problem = source.document.problems[key]!;
  const example = exampleOfRow(source.contract, row);
  return {
    path: source.paths.get(key)!,
    title: `${problem.title} (${problem.code})`,
    canonical: problem.type,
    content: (linkTo) => contentOfType(problem, example, source.document.name, linkTo),
    json: { key, ...problem, ...(example && { example }) },
  };
}

const retryTexts: Readonly<Record<Retry, string>> = {
  never: "No: the same request fails again.",
  idempotent: "Yes, if the request's method is idempotent, such as GET, PUT or DELETE.",
  always: "Yes: the request has had no effect.",
};

function contentOfType(problem: DocumentedProblem, example: object | undefined, name: string, linkTo: LinkTo): string {
  const { type, title, status, code, detail, retry, retryAfter, docs, deprecated, owner, since, members } = problem;
  const after = retryAfter === undefined ? "" : ` Wait ${retryAfter} second${retryAfter === 1 ? "" : "s"} first.`;
  const optional = (text: string | undefined) => (text === undefined ? undefined : escapeHtml(text));
  const terms = termsHtml([
    ["Type", htmlLink(type, codeHtml(type))],
    ["Code", codeHtml(code)],
    ["Status", `<a href="${linkTo(statusPath(status))}">${status}</a>`],
    ["Detail", escapeHtml(detail)],
    ["Send the same request again?", retryTexts[retry] + after],
    ["Since", optional(since)],
    ["Owner", optional(owner)],
  ]);
  return (
    [
      `<p><a href="${linkTo("")}">Problems of ${escapeHtml(name)}</a></p>`,
      `<h1>${escapeHtml(title)}</h1>`,
      ...(deprecated === undefined ? [] : [`<p><strong>Deprecated.</strong> ${escapeHtml(deprecated)}</p>`]),
      terms,
      ...(docs === undefined ? [] : ["<h2>What it means</h2>", markdownHtml(docs)]),
      ...(members === undefined ? [] : [membersHtml(members)]),
    ].join("\n") + exampleHtml(example)
  );
}

/** Lists the members that the body has besides the standard ones. */
function membersHtml({ properties, required }: JsonSchema): string {
  const items = Object.entries(properties).map(([name, schema]) => {
    const { description } = schema as { readonly description?: unknown };
    const about = typeof description === "string" ? `. ${escapeHtml(description)}` : "";
    return `<li>${codeHtml(name)}: ${kindText(schema)}${required.includes(name) ? "" : ", optional"}${about}</li>`;
  });
  return `<h2>Members</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
}

function kindText(schema: { readonly type?: unknown; readonly format?: unknown }): string {
  const { type, format } = schema;
  const kind = [type].flat().filter((each) => typeof each === "string");
  if (kind.length === 0) return "any value";
  return escapeHtml(`${kind.join(" or ")}${typeof format === "string" ? ` (${format})` : ""}`);
}

import type { FieldError } from "../problem/finding.js";
import type { Problem } from "../problem/problem.js";
import { createRender, type Content, type RenderContext, type Renderer } from "../responder/render.js";
import { isRecord } from "../util/safe-read.js";
import { escapeHtml, htmlLink, htmlPage, htmlPolicy } from "./html-page.js";
import { htmlPreference } from "./html-preference.js";
import { createWordLookup, retryText, type PageWords } from "./page-words.js";

/**
 * Describes the renderer of `browsers()`.
 * @example
 * const format: BrowserRenderer = browsers("functiongraph");
 * app.use(fgErrors({ format }));
 */
export interface BrowserRenderer extends Renderer {
  /** The format for all other clients. */
  readonly inner: "problem" | "functiongraph" | Renderer;
}

/**
 * Makes a format for the option `format` that answers browsers with a page of HTML, and every other client with another format. The status stays. A client
 * counts as a browser where its Accept names `text/html` above JSON; without Accept, or with a range for anything alone, it does not.
 * @param inner the other format: a name, or a renderer. Default "problem"
 * @param options `words`, the page's own words in languages of the option `texts`, by language tag; English and Chinese are there
 * @throws TypeError for any other format, for an unknown option, and for words that are none
 * @example app.use(fgErrors({ format: browsers("problem") }));
 */
export function browsers(
  inner: BrowserRenderer["inner"] = "problem",
  options: { readonly words?: Readonly<Record<string, Partial<PageWords>>> } = {},
): BrowserRenderer {
  if (inner !== "problem" && inner !== "functiongraph" && typeof inner !== "function")
    throw new TypeError('browsers: takes "problem", "functiongraph" or a renderer function');
  if (!isRecord(options)) throw new TypeError("browsers: options must be an object");
  const { words = {}, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`browsers: there is no option "${unknown}"; the options are words`);
  const renderOther = createRender(inner);
  const wordsFor = createWordLookup(words);
  const render: Renderer = (problem, context) => {
    const content =
      htmlPreference(context.accept) === "html" ? pageOf(problem, context, wordsFor) : renderOther(problem, context);
    const { headers } = content;
    const vary = headers?.["vary"] === undefined ? "Accept" : `${headers["vary"]}, Accept`;
    return { ...content, headers: { ...headers, vary } };
  };
  return Object.assign(render, { inner });
}

function pageOf(
  { status, title, detail, code, type, errors }: Problem,
  { requestId, instance, retryAfter, language = "en" }: RenderContext,
  wordsFor: ReturnType<typeof createWordLookup>,
): Content {
  const found = wordsFor(language);
  const { words } = found;
  const lang = found.language === language ? "" : ` lang="${escapeHtml(language)}"`;
  const link = htmlLink(type, escapeHtml(words.aboutType));
  const list = errors && errors.length > 0 ? `<ul${lang}>\n${errors.map(fieldItem).join("\n")}\n</ul>` : undefined;
  const content = [
    `<h1${lang}>${escapeHtml(title)}</h1>`,
    `<p${lang}>${escapeHtml(detail)}</p>`,
    ...(list === undefined ? [] : [`<h2>${escapeHtml(words.invalidFields)}</h2>`, list]),
    ...(retryAfter === undefined ? [] : [`<p>${escapeHtml(retryText(retryAfter, found))}</p>`]),
    ...(link.startsWith("<a") ? [`<p>${link}</p>`] : []),
    "<dl>",
    ...[
      [words.status, status],
      [words.code, code],
      [words.address, instance],
      [words.requestId, requestId],
    ].map(([term, text]) => `<dt>${escapeHtml(term)}</dt>\n<dd><code>${escapeHtml(text)}</code></dd>`),
    "</dl>",
  ];
  return {
    contentType: "text/html; charset=utf-8",
    body: htmlPage({ title: `${status} ${title}`, content: content.join("\n"), language: found.language }),
    headers: { "content-security-policy": htmlPolicy },
  };
}

function fieldItem({ pointer, parameter, header, detail }: FieldError): string {
  const place = pointer ?? parameter ?? header;
  return `<li>${place === undefined ? "" : `<code>${escapeHtml(place)}</code>: `}${escapeHtml(detail)}</li>`;
}

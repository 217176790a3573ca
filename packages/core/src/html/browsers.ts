import type { FieldError } from "../problem/finding.js";
import type { Problem } from "../problem/problem.js";
import { createRender, type Content, type RenderContext, type Renderer } from "../responder/render.js";
import { escapeHtml, htmlLink, htmlPage, htmlPolicy } from "./html-page.js";
import { htmlPreference } from "./html-preference.js";

/** Describes the renderer of `browsers()`. */
export interface BrowserRenderer extends Renderer {
  /** The format for all other clients. */
  readonly inner: "problem" | "functiongraph" | Renderer;
}

/**
 * Makes a format for the option `format` that answers browsers with a page of HTML, and every other client with another format. The status stays. A client
 * counts as a browser where its Accept names `text/html` above JSON; without Accept, or with a range for anything alone, it does not.
 * @param inner the other format: a name, or a renderer. Default "problem"
 * @throws TypeError for any other format
 * @example app.use(fgErrors({ format: browsers("problem") }));
 */
export function browsers(inner: BrowserRenderer["inner"] = "problem"): BrowserRenderer {
  if (inner !== "problem" && inner !== "functiongraph" && typeof inner !== "function")
    throw new TypeError('browsers: takes "problem", "functiongraph" or a renderer function');
  const renderOther = createRender(inner);
  const render: Renderer = (problem, context) => {
    const content = htmlPreference(context.accept) === "html" ? pageOf(problem, context) : renderOther(problem, context);
    const { headers } = content;
    const vary = headers?.["vary"] === undefined ? "Accept" : `${headers["vary"]}, Accept`;
    return { ...content, headers: { ...headers, vary } };
  };
  return Object.assign(render, { inner });
}

function pageOf({ status, title, detail, code, type, errors }: Problem, context: RenderContext): Content {
  const { requestId, instance, retryAfter, language = "en" } = context;
  const link = htmlLink(type, "About this problem");
  const content = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(detail)}</p>`,
    ...(errors && errors.length > 0 ? [`<h2>Invalid fields</h2>\n<ul>\n${errors.map(fieldItem).join("\n")}\n</ul>`] : []),
    ...(retryAfter === undefined ? [] : [`<p>${escapeHtml(retryText(retryAfter))}</p>`]),
    ...(link.startsWith("<a") ? [`<p>${link}</p>`] : []),
    "<dl>",
    ...[
      ["Status", status],
      ["Code", code],
      ["Address", instance],
      ["Request id", requestId],
    ].map(([term, text]) => `<dt>${term}</dt>\n<dd><code>${escapeHtml(text)}</code></dd>`),
    "</dl>",
  ];
  return {
    contentType: "text/html; charset=utf-8",
    body: htmlPage({ title: `${status} ${title}`, content: content.join("\n"), language }),
    headers: { "content-security-policy": htmlPolicy },
  };
}

function fieldItem({ pointer, parameter, header, detail }: FieldError): string {
  const place = pointer ?? parameter ?? header;
  return `<li>${place === undefined ? "" : `<code>${escapeHtml(place)}</code>: `}${escapeHtml(detail)}</li>`;
}

/** Says when to try again: Retry-After has seconds or a date (RFC 9110 section 10.2.3). */
function retryText(retryAfter: string): string {
  if (!/^\d+$/.test(retryAfter)) return `Try again after ${retryAfter}.`;
  const seconds = Number(retryAfter);
  if (seconds === 0) return "Try again now.";
  const [count, unit] =
    seconds < 120
      ? [seconds, "second"]
      : seconds < 7200
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return `Try again in ${count} ${unit}${count === 1 ? "" : "s"}.`;
}

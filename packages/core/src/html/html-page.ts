/**
 * Describes a page of HTML.
 * @example
 * const page: HtmlPage = { title: "Closed", content: "<h1>The shop is closed</h1>" };
 * response.setHeader("Content-Security-Policy", htmlPolicy).end(htmlPage(page));
 */
export interface HtmlPage {
  /** Text of the window's title. */
  readonly title: string;
  /** HTML of the page: every text in it is escaped. */
  readonly content: string;
  /** Language tag of the texts (RFC 5646). Default "en". */
  readonly language?: string;
  /** HTML for the head, besides the page's own. Default none. */
  readonly head?: string;
}

/** Sets the one style of all pages. A page is readable without it as well, and dark where its reader prefers that. */
const style =
  ":root{color-scheme:light dark}" +
  "body{background:Canvas;color:CanvasText;font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:44rem;padding:0 1rem;overflow-wrap:anywhere}" +
  "h1{line-height:1.2}dt{font-weight:600}dd{margin:0 0 .75rem}li{margin:.25rem 0}" +
  "code,pre{background:#f0f0f0;border-radius:.25rem;font:.9em/1.5 ui-monospace,monospace;padding:.1em .3em}" +
  "pre{padding:1rem;white-space:pre-wrap}pre code{padding:0}" +
  "@media(prefers-color-scheme:dark){code,pre{background:#2b2b2b}}";

/** Contains the style's SHA-256. It is written here, so that node:crypto is not loaded for it; a test compares the two. */
const styleHash = "sha256-p0WJQLIu40abnD15AgdlNQSBJi7Ee1vyUqNiCSegO7o=";

/**
 * Gives the policy for a `<meta>` element, where a host of files sends no header field: without `frame-ancestors`, which only a field may say.
 * @example `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(htmlPagePolicy)}">`
 */
export const htmlPagePolicy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;

/**
 * Gives the value of Content-Security-Policy for a page: its style and nothing else, no script, and no frame around it.
 * @example response.setHeader("Content-Security-Policy", htmlPolicy);
 */
export const htmlPolicy = `${htmlPagePolicy}; frame-ancestors 'none'`;

/**
 * Writes a page of HTML: without script, light or dark as its reader prefers, with one style, which `htmlPolicy` allows.
 * @param page its title is a text; its content and its head are HTML
 * @example htmlPage({ title: "Out of stock", content: `<h1>${escapeHtml(title)}</h1>` });
 */
export function htmlPage({ title, content, language = "en", head = "" }: HtmlPage): string {
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${head}
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

/**
 * Escapes a text for HTML, in content and in attributes with quotes. Control characters are left out, but for tabs and line breaks.
 * @param text is converted to a string
 * @example `<p>${escapeHtml(problem.detail)}</p>`
 */
export function escapeHtml(text: unknown): string {
  return String(text)
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Writes a link, or only its text where the target is neither an http nor an https URL: others may run code.
 * @param text HTML
 * @example htmlLink(problem.type, "About this problem");
 */
export function htmlLink(target: string, text: string): string {
  return /^https?:\/\/[^/?#\s]/i.test(target) ? `<a href="${escapeHtml(target)}">${text}</a>` : text;
}

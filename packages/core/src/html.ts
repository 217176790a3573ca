// Pages for people: errors in browsers, and what a renderer of HTML needs.
export { browsers, type BrowserRenderer } from "./html/browsers.js";
export { escapeHtml, htmlLink, htmlPage, htmlPagePolicy, htmlPolicy, type HtmlPage } from "./html/html-page.js";
export type { PageWords } from "./html/page-words.js";
export { htmlPreference } from "./html/html-preference.js";

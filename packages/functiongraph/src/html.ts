// A page of HTML for functions that browsers call: on its own, so that no other function loads it.
export { browsers, type BrowserRenderer, type PageWords } from "@fg-errors/core/html";

// The pages behind the URIs of problems: as files, and served.
export { problemPages, type PagesHandler, type ProblemPagesOptions } from "./pages/problem-pages.js";
export { renderPages, type PageFile } from "./pages/render-pages.js";

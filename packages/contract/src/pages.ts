// The pages behind the URIs of problems: as files, and served.
export {
  problemPages,
  type PagesContext,
  type PagesHandler,
  type PagesRequest,
  type PagesResponse,
  type ProblemPagesOptions,
} from "./pages/problem-pages.js";
export { renderPages, type PageFile } from "./pages/render-pages.js";

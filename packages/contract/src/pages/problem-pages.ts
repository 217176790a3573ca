import type { Contract } from "@fg-errors/core";
import { servedPages, type ServedPage } from "./served-pages.js";

/**
 * Lists the options of `problemPages()`.
 * @example
 * const options: ProblemPagesOptions = { prefix: "/problems" };
 * app.use(problemPages(shop, options));
 */
export interface ProblemPagesOptions {
  /**
   * Path of the pages' folder, such as "/problems". Default: the path that the handler is mounted at; where it is mounted at none, the path of the
   * contract's `types`, and "/problems" for a contract whose `types` has no path.
   */
  readonly prefix?: string;
}

/**
 * Describes what is read of a request of node:http, and of Express.
 * @example const request: PagesRequest = { method: "GET", url: "/problems/out-of-stock", headers: { accept: "text/html" } };
 */
export interface PagesRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Describes what is written on a response of node:http or node:http2.
 * @example
 * const pages = problemPages(shop);
 * createServer((request, response: PagesResponse) => pages(request, response, () => response.end()));
 */
export interface PagesResponse {
  statusCode: number;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/**
 * Describes what is used of Koa's context.
 * @example
 * const pages = problemPages(shop);
 * const serve = (ctx: PagesContext, next: () => Promise<unknown>) => pages(ctx, next);
 */
export interface PagesContext {
  readonly method: string;
  readonly path: string;
  readonly originalUrl: string;
  readonly headers: PagesRequest["headers"];
  readonly response: { get(name: string): string | string[]; set(name: string, value: string): unknown };
  status: number;
  body: unknown;
}

/**
 * Describes the handler: Express, and all that calls its handlers alike, gives three arguments, and Koa two.
 * @example
 * const pages: PagesHandler = problemPages(shop);
 * app.use("/problems", pages);
 */
export interface PagesHandler {
  (request: PagesRequest, response: PagesResponse, next: (error?: unknown) => void): void;
  (ctx: PagesContext, next: () => Promise<unknown>): Promise<void>;
}

/**
 * Serves the pages of a contract, so that the URIs of its problems lead to their pages on the gateway itself: an index, a page for each problem and one for each
 * status, as HTML, or as JSON where Accept prefers it. Any other path or method is passed on. It is a handler for Express 4 and 5 and for Koa 2 and 3.
 * @param contract `functionGraph`, `rfc9110` or what `defineContract()` returns; the pages are made at once
 * @param options `prefix`, where the framework does not say where the handler is mounted
 * @throws TypeError for a value that is no contract, and for a wrong option
 * @example app.use("/problems", problemPages(shop));
 */
export function problemPages(contract: Contract, options: ProblemPagesOptions = {}): PagesHandler {
  checkPrefix(options);
  const find = servedPages(contract);
  const { prefix } = options;
  const byDefault = pathOfTypes(contract.types) ?? "/problems";

  /** Finds the page of a request. */
  function pageFor(method: string | undefined, url: string, original: string, mount: string, headers: PagesRequest["headers"]) {
    if (method !== "GET" && method !== "HEAD") return undefined;
    const [own, whole] = [pathWithoutQuery(url), pathWithoutQuery(original)];
    const isMounted = mount !== "" && own !== whole; // koa-mount leaves its path on the context for what comes behind it
    const folder = prefix ?? (isMounted ? undefined : byDefault);
    const path = folder === undefined ? mountedPath(own, whole) : pathUnder(folder, own);
    const lastStep = whole.slice(whole.lastIndexOf("/") + 1);
    return path === undefined
      ? undefined
      : find({ path, lastStep, accept: headers["accept"], ifNoneMatch: headers["if-none-match"] });
  }

  function answerNode(request: PagesRequest, response: PagesResponse, next: () => void): void {
    const { method, url = "/", originalUrl = url, baseUrl = "", headers } = request;
    const page = pageFor(method, url, originalUrl, baseUrl, headers);
    if (!page) return next();
    const { status, body } = page;
    response.statusCode = status;
    for (const [name, value] of fieldsToSet(page, response.getHeader("vary"), response.getHeader("cache-control")))
      response.setHeader(name, value);
    if (status === 304 || method === "HEAD") response.end();
    else response.end(body);
  }

  async function answerKoa(ctx: PagesContext, next: () => Promise<unknown>): Promise<void> {
    const { method, path, originalUrl, headers, response } = ctx;
    const mount = (ctx as { readonly mountPath?: unknown }).mountPath;
    const page = pageFor(method, path, originalUrl, typeof mount === "string" ? mount : "", headers);
    if (!page) return void (await next());
    ctx.status = page.status;
    if (page.status !== 304) ctx.body = page.body;
    for (const [name, value] of fieldsToSet(page, response.get("vary"), response.get("cache-control"))) response.set(name, value);
  }

  return ((first: PagesRequest & PagesContext, second: PagesResponse & (() => Promise<unknown>), third?: () => void) =>
    typeof second === "function" ? answerKoa(first, second) : answerNode(first, second, third!)) as PagesHandler;
}

function checkPrefix(options: ProblemPagesOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError("problemPages: options must be an object");
  const { prefix, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`problemPages: there is no option "${unknown}"; the options are prefix`);
  if (prefix !== undefined && (typeof prefix !== "string" || !/^(?:\/[^/?#\s]+)+$/.test(prefix)))
    throw new TypeError('problemPages: option "prefix" takes a path without a slash at its end, such as "/problems"');
}

/** Gives the path of the URIs of problems, without a slash at its end; undefined where they have no path. */
function pathOfTypes(types = ""): string | undefined {
  return types.startsWith("https:") ? new URL(types).pathname.replace(/\/$/, "") : undefined;
}

/** Gives the path of a request target, which may be in absolute form (RFC 9112 section 3.2.2). */
function pathWithoutQuery(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
}

/** Gives what follows a folder's path; undefined for a path outside of it. */
function pathUnder(folder: string, path: string): string | undefined {
  return path === folder || path.startsWith(`${folder}/`) ? path.slice(folder.length) : undefined;
}

/** Gives the path behind a mount. Frameworks write "/" for the mount's own path, whether or not the client wrote a slash behind it. */
function mountedPath(path: string, whole: string): string {
  return path === "/" && !whole.endsWith("/") ? "" : path;
}

/** Lists the fields of a page: Vary is added to what there is, and a Cache-Control of the application stays. */
function fieldsToSet({ headers }: ServedPage, vary: unknown, cacheControl: unknown): [name: string, value: string][] {
  const { vary: own = "", "cache-control": ownCaching = "", ...others } = headers;
  const before =
    vary === undefined
      ? []
      : String(vary)
          .split(",")
          .map((name) => name.trim())
          .filter(Boolean);
  const isNamed = before.some((name) => name === "*" || name.toLowerCase() === own.toLowerCase());
  return [
    ...Object.entries(others),
    ["vary", (isNamed ? before : [...before, own]).join(", ")],
    ["cache-control", String(cacheControl || ownCaching)],
  ];
}

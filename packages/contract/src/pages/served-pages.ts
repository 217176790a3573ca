import { createHash } from "node:crypto";
import type { Contract } from "@fg-errors/core";
import { escapeHtml, htmlPolicy, htmlPreference } from "@fg-errors/core/html";
import { jsonText } from "../formats/format.js";
import { contractPages } from "./contract-pages.js";
import { pageHtml } from "./page.js";

/** Describes the request for a page. */
export interface PageRequest {
  /** Path from the pages' own folder on: "/" is the index, and "" the same without the slash. */
  readonly path: string;
  /** Last step of the whole path: where it is the pages' own folder, and no slash follows, the index's links begin with it. */
  readonly lastStep: string;
  readonly accept: unknown;
  readonly ifNoneMatch: unknown;
}

/** Contains all that is written. Header names are in lower case; Vary is added to what there is. */
export interface ServedPage {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty with a 304. */
  readonly body: string;
}

/** Stands where the address of a linked page begins, until a request says how. No text of a page has this character, since it is left out where texts are escaped. */
const rootMark = "\0";

/**
 * Makes the pages of a contract once, and the function that finds the one of a request: HTML, or JSON where Accept prefers it or the path says so.
 * It gives undefined for a path that is no page's.
 */
export function servedPages(contract: Contract): (request: PageRequest) => ServedPage | undefined {
  const pages = new Map(
    contractPages(contract).map((page) => {
      const ownFolder = page.path === "" ? "" : `${page.path}/`;
      const html = pageHtml(page, (path) => rootMark + path, `${rootMark}${ownFolder}index.json`);
      return [page.path, { html, json: jsonText(page.json) }] as const;
    }),
  );
  return ({ path, lastStep, accept, ifNoneMatch }) => {
    const whole = path.replace(/^\//, "");
    const [file = ""] = /(?<![^/])index\.(?:html|json)$/.exec(whole) ?? [];
    const page = pages.get(whole.slice(0, whole.length - file.length).replace(/\/$/, ""));
    if (!page) return undefined;
    const isJson = file === "" ? htmlPreference(accept) === "json" : file.endsWith("json");
    if (isJson) return reply(page.json, { "content-type": "application/json" }, ifNoneMatch);
    const root = path === "" ? `./${lastStep}/` : "../".repeat(whole.split("/").length - 1) || "./";
    const html = page.html.replaceAll(rootMark, () => escapeHtml(root));
    const fields = { "content-type": "text/html; charset=utf-8", "content-security-policy": htmlPolicy };
    return reply(html, fields, ifNoneMatch);
  };
}

/** Limits how long a page may be used without being asked for again, in seconds: an hour. */
const maxAge = 3600;

function reply(body: string, fields: Readonly<Record<string, string>>, ifNoneMatch: unknown): ServedPage {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  const always = { "cache-control": `public, max-age=${maxAge}`, etag, vary: "Accept" };
  if (namesTag(ifNoneMatch, etag)) return { status: 304, headers: always, body: "" };
  const length = String(Buffer.byteLength(body));
  return { status: 200, headers: { ...fields, "content-length": length, "x-content-type-options": "nosniff", ...always }, body };
}

/** Whether If-None-Match names an entity tag, by weak comparison (RFC 9110 section 13.1.2). */
function namesTag(field: unknown, etag: string): boolean {
  if (typeof field !== "string") return false;
  const tags = new Set(field.split(",").map((tag) => tag.trim().replace(/^W\//, "")));
  return tags.has(etag) || tags.has("*");
}

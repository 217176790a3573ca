import { readText } from "../util/safe-read.js";

/** Lists the members that keep the URL as the client sent it, where `url` is rewritten: by Express and connect, and by koa-proxies. */
const places = ["originalUrl", "oldPath"] as const;

/** Reads the URL of a request as the client sent it. */
export function originalUrl(request: { readonly url?: string | undefined }): string | undefined {
  for (const place of places) {
    const found = readText(request, place);
    if (found !== undefined) return found;
  }
  return request.url;
}

import type { IncomingMessage } from "node:http";
import { readText } from "../util/safe-read.js";

/** Where frameworks and proxies keep the URL as the client sent it, when they rewrite `url`: Express and connect, koa-proxies. */
const places = ["originalUrl", "oldPath"] as const;

export function originalUrl(request: IncomingMessage): string | undefined {
  for (const place of places) {
    const found = readText(request, place);
    if (found !== undefined) return found;
  }
  return request.url;
}

import { isGone, isHttp2 } from "@fg-errors/core/adapter";
import type { Context } from "koa";

/**
 * Corrects `ctx.writable` for a HEAD over HTTP/2. Node ends the stream of such a response from the start, since it has no content; Koa
 * concludes that there is no response to send any more, and Koa 2 never answers.
 */
export function correctWritable({ req, res, response }: Context): void {
  if (req.method !== "HEAD" || !isHttp2(req)) return;
  Object.defineProperty(response, "writable", { configurable: true, get: () => !res.writableEnded && !isGone(res) });
}

import type { Reply } from "@fg-errors/core/upstream";
import { relayToNode, copyFields as setFields, type RelayOptions } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { emitError, type KoaFacts } from "./error-event.js";

/**
 * Relays an upstream's reply: a success streams through as `ctx.body`, an error reply is thrown for fgErrors() to answer.
 * Settles when the content has begun; if it breaks after that, fgErrors() cuts the response.
 * @param reply a reply of fetch(), undici's request() or node:http, its content not read yet
 * @param options those of fgErrors() that concern an upstream's reply. Default {}
 * @throws UpstreamError for an error reply, and for content that breaks before it has begun; TypeError for a wrong option, and for content
 *   that was read already
 * @example app.use(async (ctx) => relay(ctx, await fetch("http://orders.internal/orders")));
 */
export function relay(ctx: Context, reply: Reply, options: RelayOptions = {}): Promise<void> {
  return relayToNode(
    reply,
    ctx.res,
    options,
    ({ status, headers, content }) => {
      ctx.body = content ?? ""; // for null, Koa sends a 204 or a JSON text
      ctx.remove("Content-Type"); // which Koa guesses
      if (ctx.method === "HEAD") ctx.remove("Content-Length"); // the 0 that Koa sets for ""
      ctx.status = status;
      setFields(ctx.res, headers);
    },
    (failure) => ctx.onerror(failure),
    { onServerError: emitError, facts: { url: ctx.originalUrl, ctx } as KoaFacts },
  );
}

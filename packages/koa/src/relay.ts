import { Readable } from "node:stream";
import { endToEnd, isErrorStatus, liveHeaders, UpstreamError, upstreamFinding, type FetchReply } from "@fg-errors/core";
import type { Context } from "koa";

/**
 * Answers with an upstream's reply: a success streams through, an error reply is thrown for fgErrors() to answer.
 * @throws UpstreamError for an error reply
 * @example app.use(async (ctx) => relay(ctx, await fetch("http://orders.internal/orders")));
 */
export async function relay(ctx: Context, reply: FetchReply): Promise<void> {
  const headers = Object.fromEntries(reply.headers);
  if (isErrorStatus(reply.status)) {
    const finding = await upstreamFinding(reply);
    setHeaders(ctx, liveHeaders(headers), reply);
    throw new UpstreamError(finding, undefined);
  }
  ctx.body = reply.body && Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]);
  ctx.status = reply.status; // after the body: Koa makes an empty one a 204
  setHeaders(ctx, endToEnd(headers), reply);
}

/** fetch has decoded the content: its coding and its length are not those of the reply any more. */
function setHeaders(ctx: Context, headers: readonly [name: string, value: string][], reply: FetchReply): void {
  const gone = new Set(["set-cookie", ...(reply.headers.get("content-encoding") ? ["content-encoding", "content-length"] : [])]);
  for (const [name, value] of headers) if (!gone.has(name)) ctx.set(name, value);
  for (const cookie of reply.headers.getSetCookie()) ctx.append("Set-Cookie", cookie);
}

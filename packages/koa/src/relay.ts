import { Readable } from "node:stream";
import { endToEnd, isErrorStatus, UpstreamError, upstreamFinding, type FetchReply } from "@fg-errors/core";
import type { Context } from "koa";

/** fetch has decoded the content already. */
const decoded = new Set(["content-encoding", "content-length", "set-cookie"]);

/**
 * Answers with an upstream's reply: a success streams through, an error reply is thrown for fgErrors() to answer.
 * @throws UpstreamError for an error reply
 * @example app.use(async (ctx) => relay(ctx, await fetch(upstream + ctx.url)));
 */
export async function relay(ctx: Context, reply: FetchReply): Promise<void> {
  if (isErrorStatus(reply.status)) throw new UpstreamError(await upstreamFinding(reply), undefined);
  for (const [name, value] of endToEnd(Object.fromEntries(reply.headers))) if (!decoded.has(name)) ctx.set(name, value);
  for (const cookie of reply.headers.getSetCookie()) ctx.append("Set-Cookie", cookie);
  ctx.body = reply.body && Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]);
  ctx.status = reply.status; // after the body: Koa makes an empty one a 204
}

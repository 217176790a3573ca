import { Readable, Stream } from "node:stream";
import { firstChunk, hasEnded, mayHaveContent } from "@fg-errors/core/adapter";
import type { Context } from "koa";

/** Whether a body is a Node stream, of node:stream or of a copy of it. */
export function isStream(body: unknown): body is Readable {
  return body instanceof Stream || typeof (body as { pipe?: unknown } | null | undefined)?.pipe === "function";
}

/** Lets go of content that is not sent; what it fails with afterwards concerns nobody. */
export function discard(body: unknown): void {
  if (isStream(body)) body.removeAllListeners("error").on("error", ignore).destroy?.();
  else void webStreamOf(body)?.cancel().catch(ignore);
}

/**
 * Waits until a body's stream has given something or has ended, and rejects with what it failed with before: that can still
 * be answered. Left to itself, Koa 3 pipes with stream.pipeline(), which destroys the response.
 * @returns undefined where there is nothing to wait for
 */
export function firstByte(ctx: Context): Promise<void> | undefined {
  if (typeof ctx.body !== "object" || ctx.body === null) return undefined;
  if (ctx.respond === false || ctx.headerSent || !ctx.writable || !mayHaveContent(ctx.method, ctx.status)) return undefined;
  const web = webStreamOf(ctx.body);
  if (web && !web.locked) replaceBody(ctx, Readable.fromWeb(web as Parameters<typeof Readable.fromWeb>[0]));
  const body: unknown = ctx.body;
  if (!isStream(body) || typeof body.read !== "function" || isBegun(body)) return undefined;
  return firstChunk(body, () => (isWaiting(ctx) ? new Error("The body's stream was closed before it gave anything") : undefined));
}

/** Another reader takes part, too: to listen for "readable" would make the stream flow before Koa reads it, and lose its first chunks. */
function isBegun(body: Readable): boolean {
  return Boolean(body.readableFlowing) || body.listenerCount("data") > 0 || body.readableLength > 0;
}

/**
 * Reports what a body's stream breaks with while Koa sends it. Koa 3 destroys the response before it calls `ctx.onerror`, as if all had
 * been sent where the content ends with the connection; Koa 2 never learns of a stream that is closed before its end.
 */
export function watchBody(ctx: Context, body: Readable, fail: (reason: unknown) => void): void {
  if (!isWaiting(ctx)) return;
  const broke = (reason: unknown) => {
    if (ctx.body === body && isWaiting(ctx) && !hasEnded(body)) fail(reason); // another body is somebody else's business
  };
  const closed = () => broke(body.errored ?? new Error("The body's stream was closed before its end"));
  if (body.destroyed) closed();
  else body.on("error", broke).on("close", closed);
}

/** Of HTTP/2, Koa takes a response that has lost its stream for a writable one. */
function isWaiting({ writable, res }: Context): boolean {
  return writable && (res as { stream?: { destroyed?: boolean } }).stream?.destroyed !== true;
}

/** Koa forgets the length when a body replaces another. */
function replaceBody(ctx: Context, body: Readable): void {
  const length: string | undefined = ctx.response.get("Content-Length"); // none is "" in Koa 2, undefined in Koa 3
  ctx.body = body;
  if (length) ctx.set("Content-Length", length);
}

function webStreamOf(body: unknown): ReadableStream | null | undefined {
  return body instanceof ReadableStream ? body : body instanceof Response ? body.body : undefined;
}

function ignore(): void {}

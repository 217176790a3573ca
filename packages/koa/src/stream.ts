import { Readable, Stream } from "node:stream";
import { firstChunk, handleRequestError, hasEnded, isGone, mayHaveContent } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { webStreamOf } from "./web-body.js";

/** Whether a body is a Node stream, of node:stream or of a package that copies it. */
export function isStream(body: unknown): body is Readable {
  return body instanceof Stream || typeof (body as { pipe?: unknown } | null | undefined)?.pipe === "function";
}

/** Whether a body is a text, bytes or plain data, as nearly all are: nothing that could be a stream, or have one. */
export function isPlainBody(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return true;
  const prototype: unknown = Object.getPrototypeOf(body);
  const isPlain = prototype === Object.prototype || prototype === Array.prototype || prototype === Buffer.prototype;
  return isPlain && (body as { pipe?: unknown }).pipe === undefined;
}

/** Whether a thrown value is the error that the response's own stream has failed with. */
export function isErrorOfBody({ body }: Context, thrown: unknown): boolean {
  return isStream(body) && body.errored === thrown;
}

/** Destroys a body that is not sent, and discards its later errors. */
export function discardBody(body: unknown): void {
  if (isStream(body))
    body
      .removeAllListeners("error")
      .on("error", () => {})
      .destroy?.();
  else
    void webStreamOf(body)
      ?.cancel()
      .catch(() => {});
}

/**
 * Waits until a body's stream has its first chunk to give, or has ended, and rejects with the error that it fails with before: that one
 * can still be answered. Without this, Koa 3 pipes with stream.pipeline(), which destroys the response.
 * @returns undefined where there is nothing to wait for
 */
export function firstByte(ctx: Context): Promise<void> | undefined {
  if (typeof ctx.body !== "object" || ctx.body === null) return undefined;
  if (ctx.respond === false || ctx.headerSent || !ctx.writable || !mayHaveContent(ctx.method, ctx.status)) return undefined;
  const web = webStreamOf(ctx.body);
  if (web && !web.locked) replaceBody(ctx, Readable.fromWeb(web as Parameters<typeof Readable.fromWeb>[0]));
  const body: unknown = ctx.body;
  if (!isStream(body) || typeof body.read !== "function" || isBegun(handleRequestError(body))) return undefined;
  return firstChunk(body, () => (isWaiting(ctx) ? new Error("The body's stream was closed before it gave anything") : undefined));
}

/** Whether a stream has a chunk, or a reader besides Koa: a "readable" listener would make it flow before Koa reads, and lose chunks. */
function isBegun(body: Readable): boolean {
  return Boolean(body.readableFlowing) || body.listenerCount("data") > 0 || body.readableLength > 0;
}

/**
 * Calls `fail` with the error that a body's stream breaks with while Koa sends it. Koa 3 destroys the response before it calls
 * `ctx.onerror`: where content ends with the connection, that is a clean end. Koa 2 never learns of a stream that is closed before its end.
 */
export function watchBody(ctx: Context, body: Readable, fail: (reason: unknown) => void): void {
  if (!isWaiting(ctx)) return;
  const isSending = () => ctx.body === body && isWaiting(ctx) && !hasEnded(body); // unless another body has been set since
  const bodyBroke = (reason: unknown) => {
    if (isSending()) fail(reason);
  };
  const bodyClosed = () => {
    if (isSending()) fail(body.errored ?? new Error("The body's stream was closed before its end"));
  };
  if (body.destroyed) bodyClosed();
  else body.on("error", bodyBroke).on("close", bodyClosed);
}

/** Whether the client still waits for content. For Koa a response without its stream, or whose turn has not come, is always writable. */
function isWaiting({ writable, res }: Context): boolean {
  return writable && !isGone(res);
}

/** Replaces the body and keeps its length, which Koa removes. */
function replaceBody(ctx: Context, body: Readable): void {
  const length: string | undefined = ctx.response.get("Content-Length"); // none is "" in Koa 2, undefined in Koa 3
  ctx.body = body;
  if (length) ctx.set("Content-Length", length);
}

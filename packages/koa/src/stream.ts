import { Readable, Stream } from "node:stream";
import { isGone, mayHaveContent } from "@fg-errors/core/adapter";
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
  return isStream(body) && typeof body.read === "function" ? readable(body, () => isWaiting(ctx)) : undefined;
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

/** Whether the client still waits for the body: Koa takes a response of HTTP/2 that has lost its stream for a writable one. */
function isWaiting({ writable, res }: Context): boolean {
  return writable && !isGone(res);
}

/** @param isWanted whether anybody still waits: a body is destroyed when the client leaves, which is no failure */
function readable(stream: Readable, isWanted: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    // It has another reader, too: to listen for "readable" would make it flow before Koa takes part, and lose what comes meanwhile.
    if (stream.readableFlowing || stream.listenerCount("data") > 0) return resolve();
    if (stream.readableLength > 0 || hasEnded(stream)) return resolve();
    const events = { readable: given, end: given, close, error };
    function given() {
      settle(resolve);
    }
    function close() {
      if (isWanted() && !hasEnded(stream)) error(new Error("The body's stream was closed before it gave anything"));
      else given();
    }
    function error(reason: unknown) {
      settle(() => reject(reason));
    }
    function settle(then: () => void) {
      for (const [event, listener] of Object.entries(events)) stream.off(event, listener);
      then();
    }
    if (stream.errored) return error(stream.errored);
    if (stream.destroyed) return close();
    for (const [event, listener] of Object.entries(events)) stream.on(event, listener);
  });
}

/** Streams of the readable-stream package before version 3 say it in their own words. */
function hasEnded(stream: Readable): boolean {
  return stream.readableEnded || (stream as { _readableState?: { endEmitted?: boolean } })._readableState?.endEmitted === true;
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

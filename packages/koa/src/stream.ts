import { Readable, Stream } from "node:stream";
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
 */
export async function firstByte(ctx: Context): Promise<void> {
  if (ctx.respond === false || ctx.headerSent || !ctx.writable) return;
  const web = webStreamOf(ctx.body);
  if (web && !web.locked) replaceBody(ctx, Readable.fromWeb(web as Parameters<typeof Readable.fromWeb>[0]));
  const body: unknown = ctx.body;
  if (isStream(body) && typeof body.read === "function") await readable(body);
}

function readable(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.errored) return reject(stream.errored);
    if (stream.readableLength > 0 || stream.readableEnded || stream.destroyed) return resolve();
    const events = { readable: () => settle(resolve), end: () => settle(resolve), close: () => settle(resolve), error };
    function error(reason: unknown) {
      settle(() => reject(reason));
    }
    function settle(then: () => void) {
      for (const [event, listener] of Object.entries(events)) stream.off(event, listener);
      then();
    }
    for (const [event, listener] of Object.entries(events)) stream.on(event, listener);
  });
}

/** Koa forgets the length when a body replaces another. */
function replaceBody(ctx: Context, body: Readable): void {
  const length = ctx.response.get("Content-Length");
  ctx.body = body;
  if (length !== "") ctx.set("Content-Length", length);
}

function webStreamOf(body: unknown): ReadableStream | null | undefined {
  return body instanceof ReadableStream ? body : body instanceof Response ? body.body : undefined;
}

function ignore(): void {}

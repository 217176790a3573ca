import type { Readable } from "node:stream";

/**
 * Waits until content has its first chunk to give, or has ended. A failure before that can still be answered, a later one only cuts the
 * response. Nothing is read: the content can be piped afterwards.
 * @param content that nobody reads yet: a listener for "readable" stops a stream that flows
 * @param closedEarly returns the error for content that is closed before its end without an error of its own; undefined where nobody
 *   waits for the content any more
 * @throws the error that the content breaks with before its first chunk
 * @example await firstChunk(content, () => new Error("The content was closed before its end"));
 * content.pipe(response);
 */
export async function firstChunk(content: Readable, closedEarly: () => Error | undefined): Promise<void> {
  if (hasEnded(content)) return;
  if (content.errored) throw content.errored;
  let failure: { readonly reason: unknown } | undefined;
  let contentBegun = () => {};
  const begun = new Promise<void>((resolve) => (contentBegun = resolve));
  const contentFailed = (reason: unknown) => {
    failure ??= { reason };
    contentBegun();
  };
  const contentClosed = () => {
    const reason = hasEnded(content) ? undefined : closedEarly();
    if (reason) contentFailed(reason);
    else contentBegun();
  };
  if (content.destroyed) contentClosed();
  // "readable" is listened for once: for one more tick a stream counts a listener that was removed, and emits nothing for a new one.
  content.once("readable", contentBegun).once("end", contentBegun).on("error", contentFailed).on("close", contentClosed);
  await begun;
  // The others go only now: an error in the same tick as the first chunk can still be answered.
  content.off("readable", contentBegun).off("end", contentBegun).off("error", contentFailed).off("close", contentClosed);
  if (failure) throw failure.reason;
}

/**
 * Whether content has given its "end". Streams of the readable-stream package before version 3 have a state of their own for it.
 * @example if (!hasEnded(content)) cut(response);
 */
export function hasEnded(content: Readable): boolean {
  return content.readableEnded || (content as { _readableState?: { endEmitted?: boolean } })._readableState?.endEmitted === true;
}

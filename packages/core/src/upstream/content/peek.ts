import type { Readable } from "node:stream";
import { beginningOf, mostPatience } from "./beginning.js";
import { codingsOf, isStillCoded, undo } from "./codings.js";
import { contentOf, isFetched, type Reply } from "../replies/reply.js";

/**
 * The start of a reply's content, without its codings, which stays to be read by others as if nobody had. What is longer than `limit`
 * octets or does not come at once is given up. Empty where it cannot be read. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
export async function peekContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    const stream = codings && limit > 0 ? contentOf(isFetched(reply) ? reply.clone!() : reply) : null;
    if (!codings || !stream) return Buffer.alloc(0);
    const content = await (isFetched(reply) ? beginningOf(stream, limit) : peek(stream, limit));
    return !isFetched(reply) || isStillCoded(codings, content) ? await undo(codings, content, limit) : content;
  } catch {
    return Buffer.alloc(0); // it was read before
  }
}

/** What is taken from a stream can be put back for as long as it has not said that it has ended, which it does in a later tick. */
function peek(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(settle, mostPatience);
    function look() {
      for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) {
        chunks.push(Buffer.from(chunk as Uint8Array));
        length += chunks.at(-1)!.length;
      }
      if (length >= limit || hasAll(stream)) settle();
    }
    function settle() {
      clearTimeout(timer);
      stream.off("readable", look);
      for (const event of ends) stream.off(event, settle);
      const content = Buffer.concat(chunks);
      if (length > 0 && !stream.destroyed) putBack(stream, content);
      resolve(content);
    }
    const ends = ["end", "close", "error"];
    stream.on("readable", look);
    for (const event of ends) stream.on(event, settle);
    if (stream.destroyed || stream.readableEnded) settle();
    else look();
  });
}

type WithState = { readonly _readableState?: { readonly ended?: boolean; dataEmitted?: boolean } };

/** Its end has come, though it has not told yet. */
function hasAll(stream: Readable): boolean {
  return (stream as WithState)._readableState?.ended === true;
}

/** undici takes a body for used up that has ever given anything. */
function putBack(stream: Readable, content: Buffer): void {
  stream.unshift(content);
  const { _readableState: state } = stream as WithState;
  if (state) state.dataEmitted = false;
}

import { finished, type Readable } from "node:stream";
import { errorBodyTimeout } from "../../util/limits.js";
import { noop } from "../../util/noop.js";
import { contentOf, isFetched, type Reply } from "../reply.js";
import { codingsOf, decodeContent, isStillCoded } from "./content-codings.js";

/**
 * Peeks at a reply's content, without its codings, and leaves it to be read as if nobody had read it. The result is empty where
 * the content is no JSON object, is longer than `limit` octets, does not come at once, or cannot be read. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
export async function peekContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    if (!codings || limit <= 0) return emptyContent;
    const isDecoded = isFetched(reply);
    const isWeb = isDecoded && reply.body !== null && !("pipe" in reply.body);
    const stream = contentOf(isWeb ? reply.clone!() : reply); // nothing can be put back into a web stream
    if (!stream || isInUse(stream)) return emptyContent;
    const content = await peekStream(stream, limit, codings.length > 0 && !isDecoded);
    if (isWeb) stream.destroy();
    return !isDecoded || isStillCoded(codings, content) ? await decodeContent(codings, content, limit) : content;
  } catch {
    return emptyContent; // it was read before
  }
}

const emptyContent = Buffer.alloc(0);

/** Whether somebody else has begun to read, or there is nothing to read. To read would then end the stream before anybody listens. */
function isInUse(stream: Readable): boolean {
  const { readableFlowing, readableDidRead, destroyed } = stream;
  const listeners = stream.listenerCount("data") + stream.listenerCount("readable");
  return (
    destroyed || readableDidRead || readableFlowing === true || listeners > 0 || (hasAll(stream) && stream.readableLength === 0)
  );
}

/** Reads the start of a stream and puts it back. That is possible until the stream has announced its end, which it does in a later tick. */
function peekStream(stream: Readable, limit: number, isCoded: boolean): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: unknown[] = [];
    const pieces: Buffer[] = [];
    let length = 0;
    let first: number | undefined;

    function look() {
      for (let chunk: unknown; length <= limit && stream.readableLength > 0 && (chunk = stream.read()) !== null;) {
        chunks.push(chunk);
        const octets = Buffer.from(chunk instanceof Uint8Array || typeof chunk === "string" ? chunk : "\0");
        pieces.push(octets);
        length += octets.length;
        first ??= octets.find(isNotBlank);
      }
      const isObject = isCoded || first === undefined || first === openingBrace;
      if (length > limit || !isObject || hasAll(stream)) finishPeek();
    }

    function finishPeek() {
      clearTimeout(timer);
      forget();
      stream.off("readable", look);
      putBack(stream, chunks);
      // Until the next tick the stream believes that somebody listens, and would not announce to the next reader that there is
      // something.
      process.nextTick(resolve, length > limit ? emptyContent : Buffer.concat(pieces));
    }

    const timer = setTimeout(finishPeek, errorBodyTimeout);
    const forget = finished(stream.on("error", noop), { writable: false }, finishPeek); // an error reaches whoever reads next
    stream.on("readable", look);
  });
}

const openingBrace = 0x7b;

function isNotBlank(octet: number): boolean {
  return octet > 0x20;
}

type WithState = { readonly _readableState?: { readonly ended?: boolean; dataEmitted?: boolean } };

/** Whether all content has arrived, though the stream has not announced its end yet. */
function hasAll(stream: Readable): boolean {
  return (stream as WithState)._readableState?.ended === true;
}

/** Puts chunks back into a stream. undici treats a body that has ever emitted data as used. */
function putBack(stream: Readable, chunks: readonly unknown[]): void {
  const pieces = stream.readableObjectMode ? chunks.toReversed() : joinedChunks(chunks);
  if (!stream.destroyed) for (const piece of pieces) stream.unshift(piece, stream.readableEncoding ?? undefined);
  const { _readableState: state } = stream as WithState;
  if (state) state.dataEmitted = false;
}

/** Joins chunks before they are put back. Octets may have come one by one, and each that is put back would move all others. */
function joinedChunks(chunks: readonly unknown[]): unknown[] {
  if (chunks.length === 0) return [];
  return [typeof chunks[0] === "string" ? chunks.join("") : Buffer.concat(chunks as Uint8Array[])];
}

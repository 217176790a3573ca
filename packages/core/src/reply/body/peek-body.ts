import { finished, type Readable } from "node:stream";
import { contentOf, isFetched, type Reply } from "../reply.js";
import { codingsOf, isStillCoded, undo } from "./content-codings.js";
import { mostPatience } from "./read-start.js";

/**
 * The start of a reply's content, without its codings, which stays to be read by others as if nobody had. Given up, and empty, where it
 * is no JSON object, is longer than `limit` octets, does not come at once, or cannot be read. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
export async function peekContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    if (!codings || limit <= 0) return nothing;
    const isDecoded = isFetched(reply);
    const isWeb = isDecoded && reply.body !== null && !("pipe" in reply.body);
    const stream = contentOf(isWeb ? reply.clone!() : reply); // a web stream takes nothing back
    if (!stream || isTaken(stream)) return nothing;
    const content = await peek(stream, limit, codings.length > 0 && !isDecoded);
    if (isWeb) stream.destroy();
    return !isDecoded || isStillCoded(codings, content) ? await undo(codings, content, limit) : content;
  } catch {
    return nothing; // it was read before
  }
}

const nothing = Buffer.alloc(0);

/** Somebody else has begun with it, or there is nothing to be had: to read would end it before anybody listens. */
function isTaken(stream: Readable): boolean {
  const { readableFlowing, readableDidRead, destroyed } = stream;
  const listeners = stream.listenerCount("data") + stream.listenerCount("readable");
  return (
    destroyed || readableDidRead || readableFlowing === true || listeners > 0 || (hasAll(stream) && stream.readableLength === 0)
  );
}

/** What is taken from a stream can be put back for as long as it has not said that it has ended, which it does in a later tick. */
function peek(stream: Readable, limit: number, isCoded: boolean): Promise<Buffer> {
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
        first ??= octets.find(isNoBlank);
      }
      const isObject = isCoded || first === undefined || first === openingBrace;
      if (length > limit || !isObject || hasAll(stream)) settle();
    }

    function settle() {
      clearTimeout(timer);
      forget();
      stream.off("readable", look);
      putBack(stream, chunks);
      // Until the next tick the stream believes that somebody listens, and would not tell the next one that there is something.
      process.nextTick(resolve, length > limit ? nothing : Buffer.concat(pieces));
    }

    const timer = setTimeout(settle, mostPatience);
    const forget = finished(stream.on("error", ignore), { writable: false }, settle); // what breaks is told whoever reads next
    stream.on("readable", look);
  });
}

const openingBrace = 0x7b;

function isNoBlank(octet: number): boolean {
  return octet > 0x20;
}

type WithState = { readonly _readableState?: { readonly ended?: boolean; dataEmitted?: boolean } };

/** Its end has come, though it has not told yet. */
function hasAll(stream: Readable): boolean {
  return (stream as WithState)._readableState?.ended === true;
}

/** undici takes a body for used up that has ever given anything. */
function putBack(stream: Readable, chunks: readonly unknown[]): void {
  const pieces = stream.readableObjectMode ? chunks.toReversed() : joined(chunks);
  if (!stream.destroyed) for (const piece of pieces) stream.unshift(piece, stream.readableEncoding ?? undefined);
  const { _readableState: state } = stream as WithState;
  if (state) state.dataEmitted = false;
}

/** Octets may have come one by one, and to put back each of them would move all the others each time. */
function joined(chunks: readonly unknown[]): unknown[] {
  if (chunks.length === 0) return [];
  return [typeof chunks[0] === "string" ? chunks.join("") : Buffer.concat(chunks as Uint8Array[])];
}

function ignore(): void {}

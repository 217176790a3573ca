import type { IncomingMessage } from "node:http";
import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** What is looked at of a fetch Response: Node's or undici's own, whose streams differ in their types. */
export interface FetchReply {
  readonly status: number;
  readonly headers: Pick<Headers, "get" | "getSetCookie"> & Iterable<[string, string]>;
  readonly body: { cancel(reason?: unknown): Promise<void> } | null;
}

/** An upstream's reply: node:http's, or fetch's. */
export type Reply = IncomingMessage | FetchReply;

/** Octets of an error body that are read at most. */
const mostOctets = 65_536;

/** Milliseconds that are waited for it at most: one that drips would hold the client up for ever. */
const mostPatience = 1000;

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/**
 * The start of an error body as text; what is beyond the caps is not read but cancelled. Empty for a content coding that is not known.
 * Never rejects: an unreadable body says nothing.
 */
export async function readContent(reply: Reply): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const content = contentOf(reply);
  // Without an error: a proxy would take one for a fault of the exchange and answer in our place.
  const timer = setTimeout(() => content.destroy(), mostPatience);
  try {
    for await (const chunk of content) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      length += chunks.at(-1)!.length;
      if (length >= mostOctets) break; // leaving the loop destroys the stream
    }
  } catch {
    // What came before the fault, or in time, may still be told.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, mostOctets).toString("utf8");
}

function contentOf(reply: Reply): Readable {
  const isNode = "httpVersion" in reply;
  const coding =
    (isNode ? reply.headers["content-encoding"] : reply.headers.get("content-encoding"))?.toLowerCase() ?? "identity";
  const decoder = decoders.get(coding);
  if (!decoder && coding !== "identity") {
    void (isNode ? reply.destroy() : reply.body?.cancel().catch(() => {}));
    return Readable.from([]);
  }
  if (!isNode) return reply.body ? Readable.fromWeb(reply.body as never) : Readable.from([]); // fetch has decoded it
  if (!decoder) return reply;
  const decoded = decoder();
  reply.on("error", (error) => decoded.destroy(error)).pipe(decoded);
  return decoded.once("close", () => reply.destroy());
}

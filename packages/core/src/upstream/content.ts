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

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** The start of an error body as text; what is beyond the cap is not read but cancelled. Never rejects: an unreadable body says nothing. */
export async function readContent(reply: Reply): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of contentOf(reply)) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      length += chunks.at(-1)!.length;
      if (length >= mostOctets) break; // leaving the loop destroys the stream
    }
  } catch {
    // What came before the fault may still be told.
  }
  return Buffer.concat(chunks).subarray(0, mostOctets).toString("utf8");
}

function contentOf(reply: Reply): AsyncIterable<unknown> {
  if (!("httpVersion" in reply)) return reply.body ? Readable.fromWeb(reply.body as never) : Readable.from([]); // fetch has decoded it
  const decoder = decoders.get(reply.headers["content-encoding"]?.toLowerCase() ?? "");
  if (!decoder) return reply;
  const decoded = decoder();
  reply.on("error", (error) => decoded.destroy(error)).pipe(decoded);
  decoded.once("close", () => reply.destroy());
  return decoded;
}

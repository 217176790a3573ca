import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { beginningOf } from "./read-start.js";

/** Codings that are undone at most: who applies more wants us to work. */
const mostCodings = 3;

/** What is told by a shortened or broken coding is told all the same. */
const cut = { finishFlush: zlib.constants.Z_SYNC_FLUSH };

const gzip = () => zlib.createGunzip(cut);

/** RFC 9110 section 8.4.1 says zlib's wrapping (RFC 1950), whose first octet ends in 8; many send the bare stream. */
const deflate = (octets: Uint8Array) => ((octets[0] ?? 0) % 16 === 8 ? zlib.createInflate(cut) : zlib.createInflateRaw(cut));

/** Node 22.15 has it. */
const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: (options: object) => Transform };

/** By name (IANA's HTTP Content Coding Registry). */
const decoders: ReadonlyMap<string, (octets: Uint8Array) => Transform> = new Map<string, (octets: Uint8Array) => Transform>([
  ["gzip", gzip],
  ["x-gzip", gzip],
  ["deflate", deflate],
  ["br", () => zlib.createBrotliDecompress()],
  ...(createZstdDecompress ? [["zstd", () => createZstdDecompress({})] as const] : []),
]);

/** The codings of a Content-Encoding field, in the order in which they were applied; undefined when one cannot be undone. */
export function codingsOf(field: unknown): readonly string[] | undefined {
  const codings = String(field ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  return codings.length <= mostCodings && codings.every((coding) => decoders.has(coding)) ? codings : undefined;
}

/** The content before its codings were applied, at most `limit` octets at each step; a broken one gives what can be had. */
export async function undo(codings: readonly string[], content: Buffer, limit: number): Promise<Buffer> {
  let octets = content;
  for (const coding of codings.toReversed()) {
    const decoder = decoders.get(coding)!(octets);
    const decoded = beginningOf(decoder, limit);
    for (const slice of slices(octets)) decoder.write(slice);
    decoder.end();
    octets = await decoded;
  }
  return octets;
}

/** How content begins that is certainly coded. */
const magic: ReadonlyMap<string, string> = new Map([
  ["gzip", "1f8b"],
  ["x-gzip", "1f8b"],
  ["zstd", "28b52ffd"],
]);

/** Whether content still has its codings: fetch takes off those that it knows, and leaves the field as it was. */
export function isStillCoded(codings: readonly string[], content: Buffer): boolean {
  const start = magic.get(codings.at(-1) ?? "");
  return start !== undefined && content.toString("hex", 0, 4).startsWith(start);
}

/** A decoder keeps to itself what it made of a piece that turns out to be broken: hence small ones, though not too many. */
function slices(octets: Buffer): readonly Buffer[] {
  const size = Math.max(16, Math.ceil(octets.length / 256));
  return Array.from({ length: Math.ceil(octets.length / size) }, (_, index) => octets.subarray(index * size, (index + 1) * size));
}

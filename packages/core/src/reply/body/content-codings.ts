import type { Transform } from "node:stream";
import type * as Zlib from "node:zlib";
import { beginningOf } from "./read-start.js";

/** Codings that are undone at most: who applies more wants us to work. */
const mostCodings = 3;

/** What is told by a shortened or broken coding is told all the same. */
const cut = ({ constants }: typeof Zlib) => ({ finishFlush: constants.Z_SYNC_FLUSH });

type MakeDecoder = (zlib: typeof Zlib, octets: Uint8Array) => Transform;

const gzip: MakeDecoder = (zlib) => zlib.createGunzip(cut(zlib));

/** RFC 9110 section 8.4.1 says zlib's wrapping (RFC 1950), whose first octet ends in 8; many send the bare stream. */
const deflate: MakeDecoder = (zlib, octets) =>
  (octets[0] ?? 0) % 16 === 8 ? zlib.createInflate(cut(zlib)) : zlib.createInflateRaw(cut(zlib));

/** Node has zstd from 22.15 on. Its version says so without loading zlib. */
const hasZstd = process.versions["zstd"] !== undefined;

const zstd: MakeDecoder = (zlib) =>
  (zlib as unknown as { createZstdDecompress(options: object): Transform }).createZstdDecompress({});

/** By name (IANA's HTTP Content Coding Registry). */
const decoders: ReadonlyMap<string, MakeDecoder> = new Map([
  ["gzip", gzip],
  ["x-gzip", gzip],
  ["deflate", deflate],
  ["br", (zlib: typeof Zlib) => zlib.createBrotliDecompress()],
  ...(hasZstd ? [["zstd", zstd] as const] : []),
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
  if (codings.length === 0) return content;
  const zlib = await import("node:zlib"); // not at the start: few replies are coded (docs/adr/0015-bundled-packages.md)
  let octets = content;
  for (const coding of codings.toReversed()) {
    const decoder = decoders.get(coding)!(zlib, octets);
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

import type { Transform } from "node:stream";
import type * as Zlib from "node:zlib";
import { maxContentCodings } from "../../util/limits.js";
import { readStart } from "./read-start.js";

/** Makes decoders give what a shortened or broken coding still contains. */
const lenientFlush = ({ constants }: typeof Zlib) => ({ finishFlush: constants.Z_SYNC_FLUSH });

type MakeDecoder = (zlib: typeof Zlib, octets: Uint8Array) => Transform;

const gzip: MakeDecoder = (zlib) => zlib.createGunzip(lenientFlush(zlib));

/** Decodes "deflate". RFC 9110 section 8.4.1 means zlib's format (RFC 1950), whose first octet ends in 8; many send the bare stream. */
const deflate: MakeDecoder = (zlib, octets) =>
  (octets[0] ?? 0) % 16 === 8 ? zlib.createInflate(lenientFlush(zlib)) : zlib.createInflateRaw(lenientFlush(zlib));

/** Whether Node has zstd, as from 22.15 on: its list of versions shows it without loading zlib. */
const hasZstd = process.versions["zstd"] !== undefined;

const zstd: MakeDecoder = (zlib) =>
  (zlib as unknown as { createZstdDecompress(options: object): Transform }).createZstdDecompress({});

/** Maps the name of a coding (IANA's HTTP Content Coding Registry) to its decoder. */
const decoders: ReadonlyMap<string, MakeDecoder> = new Map([
  ["gzip", gzip],
  ["x-gzip", gzip],
  ["deflate", deflate],
  ["br", (zlib: typeof Zlib) => zlib.createBrotliDecompress()],
  ...(hasZstd ? [["zstd", zstd] as const] : []),
]);

/** Parses a Content-Encoding field into codings, in the order in which they were applied; undefined when one cannot be undone. */
export function codingsOf(field: unknown): readonly string[] | undefined {
  const codings = String(field ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  return codings.length <= maxContentCodings && codings.every((coding) => decoders.has(coding)) ? codings : undefined;
}

/** Undoes the codings of content, at most `limit` octets at each step. A broken coding gives what can be decoded. */
export async function decodeContent(codings: readonly string[], content: Buffer, limit: number): Promise<Buffer> {
  if (codings.length === 0) return content;
  const zlib = await import("node:zlib"); // not at the start: few replies are coded (docs/adr/0015-bundled-packages.md)
  let octets = content;
  for (const coding of codings.toReversed()) {
    const makeDecoder = () => decoders.get(coding)!(zlib, octets);
    octets = (await decodeWhole(makeDecoder(), octets, limit)) ?? (await decodePieces(makeDecoder(), slices(octets), limit));
  }
  return octets;
}

/** Decodes content at once: each piece that is written costs a task of its own. Undefined where the coding is broken. */
async function decodeWhole(decoder: Transform, octets: Buffer, limit: number): Promise<Buffer | undefined> {
  let isBroken = false;
  decoder.once("error", () => (isBroken = true));
  const decoded = await decodePieces(decoder, [octets], limit);
  return isBroken ? undefined : decoded;
}

function decodePieces(decoder: Transform, pieces: readonly Buffer[], limit: number): Promise<Buffer> {
  const decoded = readStart(decoder, limit);
  for (const piece of pieces) decoder.write(piece);
  decoder.end();
  return decoded;
}

/** Maps a coding to the start of content that certainly has it, in hex. */
const magicNumbers: ReadonlyMap<string, string> = new Map([
  ["gzip", "1f8b"],
  ["x-gzip", "1f8b"],
  ["zstd", "28b52ffd"],
]);

/** Whether content still has its codings: fetch undoes those that it knows, and leaves the field as it was. */
export function isStillCoded(codings: readonly string[], content: Buffer): boolean {
  const start = magicNumbers.get(codings.at(-1) ?? "");
  return start !== undefined && content.toString("hex", 0, 4).startsWith(start);
}

/**
 * Cuts content into slices. A decoder keeps what it decoded of a slice that turns out to be broken: hence small slices, though
 * not too many.
 */
function slices(octets: Buffer): readonly Buffer[] {
  const size = Math.max(16, Math.ceil(octets.length / 256));
  return Array.from({ length: Math.ceil(octets.length / size) }, (_, index) => octets.subarray(index * size, (index + 1) * size));
}

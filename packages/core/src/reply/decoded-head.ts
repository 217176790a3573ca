import type { Readable } from "node:stream";
import type { ReplyHead } from "../http/reply-head.js";
import { codingsOf, isStillCoded } from "./body/content-codings.js";

/** Lists fields that describe octets other than those that fetch hands over; nginx's gunzip module drops the same. */
const codedFields: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-digest",
  "content-encoding",
  "content-length",
  "content-md5",
  "digest",
  "repr-digest",
]);

/** Lists the fields of a signature. It covers fields by their names, and cannot be verified without one of them (RFC 9421 section 3.2). */
const signatureFields: ReadonlySet<string> = new Set(["signature", "signature-input"]);

/**
 * Corrects the head of a fetched reply for the content that fetch hands over. fetch undoes the codings that it knows, and leaves
 * the fields as they were. Decoded content is another representation: an entity tag of the coded one may only match weakly (RFC
 * 9110 section 8.8.1), or a client would continue the one with a range of the other.
 * @param content has a chunk ready, or has ended; null where there is none
 */
export function decodedHead({ status, headers }: ReplyHead, content: Readable | null): ReplyHead {
  if (!isDecodedByFetch(headers["content-encoding"], content)) return { status, headers };
  const isSigned = [...codedFields].some((name) => String(headers["signature-input"] ?? "").includes(`"${name}"`));
  const left = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !codedFields.has(name) && !(isSigned && signatureFields.has(name))),
  );
  const { etag } = left;
  if (etag !== undefined && !String(etag).startsWith("W/")) left["etag"] = `W/${String(etag)}`;
  return { status, headers: left };
}

/** Whether fetch has undone the codings. Node's decoders supported zstd before its fetch did: only the content shows it. */
function isDecodedByFetch(field: unknown, content: Readable | null): boolean {
  const codings = codingsOf(field) ?? [];
  return codings.length > 0 && !(codings.includes("zstd") && content && isStillCoded(codings, bufferedChunk(content)));
}

function bufferedChunk(content: Readable): Buffer {
  const chunk = content.read() as Uint8Array | null;
  if (chunk) content.unshift(chunk);
  return Buffer.from(chunk ?? []);
}

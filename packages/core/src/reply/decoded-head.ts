import type { Readable } from "node:stream";
import type { ReplyHead } from "../http/reply-head.js";
import { codingsOf, isStillCoded } from "./body/content-codings.js";

/** Speak of octets that are not the ones that fetch hands over; nginx's gunzip module drops its like. */
const ofCoded: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-digest",
  "content-encoding",
  "content-length",
  "content-md5",
  "digest",
  "repr-digest",
]);

/**
 * The head of a fetched reply as it is true of the content that fetch hands over: it undoes the codings that it knows, and leaves
 * the fields as they were. Decoded content is another representation: an entity tag of the coded one may only match weakly
 * (RFC 9110 section 8.8.1), or a client would continue the one with a range of the other.
 * @param content has something to give, or has ended; null where there is none
 */
export function decodedHead({ status, headers }: ReplyHead, content: Readable | null): ReplyHead {
  if (!isDecoded(headers["content-encoding"], content)) return { status, headers };
  const left = Object.fromEntries(Object.entries(headers).filter(([name]) => !ofCoded.has(name)));
  const { etag } = left;
  if (etag !== undefined && !String(etag).startsWith("W/")) left["etag"] = `W/${String(etag)}`;
  return { status, headers: left };
}

/** Node's decoders learnt zstd before its fetch did: only the content tells. */
function isDecoded(field: unknown, content: Readable | null): boolean {
  const codings = codingsOf(field) ?? [];
  return codings.length > 0 && !(codings.includes("zstd") && content && isStillCoded(codings, peek(content)));
}

function peek(content: Readable): Buffer {
  const chunk = content.read() as Uint8Array | null;
  if (chunk) content.unshift(chunk);
  return Buffer.from(chunk ?? []);
}

import { isAscii } from "node:buffer";
import { decodeEntities, xmlMembers } from "./xml.js";

/**
 * Parses an error body: a JSON value, the members of its XML, or its plain text; undefined for anything else, a page above all.
 * Many services send JSON without a type, or call it HTML, as Express calls a text HTML.
 */
export function parseContent(contentType: string, body: unknown): unknown {
  if (body instanceof Uint8Array) return parseContent(contentType, textOf(body, contentType));
  if (typeof body !== "string") return body;
  const text = body.trim();
  if (/[/+]json\b/i.test(contentType) || /^[[{]/.test(text)) return parseJson(text);
  if (/^(?:application|text)\/(?!xhtml)(?:[\w.-]{1,80}\+)?xml\b/i.test(contentType)) return xmlMembers(text);
  if (contentType === "" && text.startsWith("<?xml")) return xmlMembers(text);
  if (/^text\/html\b/i.test(contentType)) return /<[!/?a-z]/i.test(text) ? undefined : decodeEntities(text);
  return /^text\/plain\b/i.test(contentType) ? text : undefined;
}

/** Gives the format of a problem document (RFC 9457 section 3) by its media type; undefined for any other. */
export function problemFormat(contentType: string): "json" | "xml" | undefined {
  const [, format] = /^application\/problem\+(json|xml)\b/i.exec(contentType) ?? [];
  return format?.toLowerCase() as "json" | "xml" | undefined;
}

/** Parses JSON; undefined for JSON that was cut, or is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Maps byte order marks to charsets. A mark counts before any label (Encoding standard, "decode"). */
const byteOrderMarks: readonly (readonly [start: string, charset: string])[] = [
  ["efbbbf", "utf-8"],
  ["feff", "utf-16be"],
  ["fffe", "utf-16le"],
];

/**
 * Decodes octets in the charset that a Content-Type names; undefined for one that the Encoding standard does not have. Without a
 * name it is UTF-8, as JSON always is (RFC 8259 section 8.1). A character that was cut off at the end is left out.
 */
function textOf(octets: Uint8Array, contentType: string): string | undefined {
  const [, label = "utf-8"] = /;[ \t]*charset="?([^\s";]+)/i.exec(contentType) ?? [];
  const { buffer, byteOffset, length } = octets;
  if (/^utf-8$/i.test(label) && isAscii(octets)) return Buffer.from(buffer, byteOffset, length).toString("latin1"); // a decoder takes as long as all the rest
  const start = Buffer.from(octets.subarray(0, 3)).toString("hex");
  const marked = byteOrderMarks.find(([mark]) => start.startsWith(mark))?.[1];
  try {
    return new TextDecoder(marked ?? label).decode(octets, { stream: true });
  } catch {
    return undefined;
  }
}

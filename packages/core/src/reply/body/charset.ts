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
export function textOf(octets: Uint8Array, contentType: string): string | undefined {
  const start = Buffer.from(octets.subarray(0, 3)).toString("hex");
  const marked = byteOrderMarks.find(([mark]) => start.startsWith(mark))?.[1];
  const [, label = "utf-8"] = /;[ \t]*charset="?([^\s";]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(marked ?? label).decode(octets, { stream: true });
  } catch {
    return undefined;
  }
}

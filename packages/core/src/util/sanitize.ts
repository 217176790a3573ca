/** Characters of a message that are sent at most. */
const longest = 1000;

/** Text fit for a body: of bounded length, without controls of devices or of writing direction (a log or a terminal may print it). */
export function clean(text: unknown): string {
  if (typeof text !== "string") return "";
  const plain = text
    .slice(0, longest + 1)
    .replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ")
    .trim();
  return text.length > longest && text.trimEnd().length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}

/** An error code as clients and logs take it, else undefined. */
export function cleanCode(code: unknown): string | undefined {
  return typeof code === "string" && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(code) ? code : undefined;
}

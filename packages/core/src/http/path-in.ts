/** Characters of a path that are sent at most. */
const longest = 2000;

/** A path that is sent as it came: nothing to cut off, nothing to encode, no "//" in front. */
const plain = /^\/(?!\/)[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;

/** The path in a text, or the asterisk that stands in its place; undefined for any other. */
export function pathIn(text: string): string | undefined {
  if (text.length <= longest && plain.test(text)) return text;
  const path = text
    .slice(0, longest)
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "")
    .replace(/[?#].*$/s, "");
  if (!path.startsWith("/")) return path === "*" ? path : undefined;
  const ascii = path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g, percentEncode);
  return cut(ascii.startsWith("//") ? `/.${ascii}` : ascii); // RFC 3986 section 4.2: "//" would start an authority
}

/** To what is sent at most, not amid an encoded character. */
function cut(path: string): string {
  return path.length > longest ? path.slice(0, longest).replace(/%.?$/, "") : path;
}

/** node:http hands bytes over as Latin-1, so a character is a byte; anything else is not from the wire. */
function percentEncode(character: string): string {
  const byte = character.charCodeAt(0);
  return byte < 256 ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}` : "%EF%BF%BD";
}

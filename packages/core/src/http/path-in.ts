/** Limits the characters of a path that are sent: it goes into bodies and logs, and nobody reads a longer one. */
const maxPathLength = 2000;

/** Matches a path that is sent as it came: nothing to cut off, nothing to encode, no "//" at its start. */
const plainPath = /^\/(?!\/)(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[\dA-Fa-f]{2})*$/;

/** Extracts the path of a request target, or the asterisk in its place; undefined for any other text. */
export function pathIn(text: string): string | undefined {
  if (text.length <= maxPathLength && plainPath.test(text)) return text;
  const path = text
    .slice(0, maxPathLength)
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "")
    .replace(/[?#].*$/s, "");
  if (!path.startsWith("/")) return path === "*" ? path : undefined;
  const ascii = path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]|%(?![\dA-Fa-f]{2})/g, percentEncode);
  return cutPath(ascii.startsWith("//") ? `/.${ascii}` : ascii); // RFC 3986 section 4.2: "//" would start an authority
}

/** Cuts a path to its maximum, but not within an encoded character. */
function cutPath(path: string): string {
  return path.length > maxPathLength ? path.slice(0, maxPathLength).replace(/%.?$/, "") : path;
}

/** Percent-encodes a character. node:http hands bytes over as Latin-1, so a character is a byte; any other is not from the wire. */
function percentEncode(character: string): string {
  const byte = character.charCodeAt(0);
  return byte < 256 ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}` : "%EF%BF%BD";
}

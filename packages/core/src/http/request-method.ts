/**
 * Whether a gateway sends a request of this method to an upstream. CONNECT opens a tunnel, and the echo of a TRACE would show what the
 * gateway has added (RFC 9110 section 9.3.8). Methods are case-sensitive (section 9.1), but clients of HTTP make "get" a GET, and "connect" a
 * CONNECT: HTTP/2 lets a client write such a method, so none with a small letter is sent.
 * @example isSendable("DELETE") // true
 */
export function isSendable(method: string): boolean {
  return !/[a-z]/.test(method) && !unsendable.has(method);
}

const unsendable: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

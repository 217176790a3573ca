import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Origin } from "./problem.js";

/** What a responder looks at of a request. A node:http or node:http2 request fits as it is. */
export interface Facts {
  readonly headers: IncomingHttpHeaders;
  readonly method?: string | undefined;
  /** As the client sent it: adapters give the original one, before any mounting. */
  readonly url?: string | undefined;
  /** The client went away before its answer. */
  readonly aborted?: boolean | undefined;
  /** The request's content has fully arrived. Default true. */
  readonly complete?: boolean | undefined;
  /** Where the failure came from, when the adapter knows. */
  readonly origin?: Origin | undefined;
  /** Header fields already set for the response, names in lower case: a request id among them is kept, as is a challenge. */
  readonly responseHeaders?: Readonly<OutgoingHttpHeaders> | undefined;
  /** The methods that the request's path is routed for; asked for a 405 that says nothing of them. */
  readonly allow?: (() => Iterable<string>) | undefined;
}

/** The longest `instance` that is sent. */
const longest = 2000;

/** A path that is sent as it came: nothing to cut off, nothing to encode, no "//" in front. */
const plain = /^\/(?!\/)[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;

/** The request's path as a URI reference, without its query, which may hold secrets, and without an authority; "/" for what is no path. */
export function instanceOf(url: string | undefined): string {
  return pathIn(url ?? "") ?? "/";
}

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

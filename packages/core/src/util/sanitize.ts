import { maxTextCharacters } from "./limits.js";

/** Text fit for a body: of bounded length, without controls of devices or of writing direction (a log or a terminal may print it). */
export function clean(text: unknown): string {
  if (typeof text !== "string") return "";
  const plain = withoutControls(text.slice(0, maxTextCharacters + 1)).trim();
  return text.length > maxTextCharacters && text.trimEnd().length > maxTextCharacters
    ? `${plain.slice(0, maxTextCharacters - 1)}…`
    : plain;
}

/** A text of any length, with a space for each run of such controls. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ");
}

/** An error code as clients and logs take it, else undefined. */
export function cleanCode(code: unknown): string | undefined {
  return typeof code === "string" && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(code) ? code : undefined;
}

/** The characters of a URI (RFC 3986 section 2). */
const uri = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,1000}$/;

/** Schemes that name a kind of problem, or lead to a page about it. What others lead to may run: javascript:, data:. */
const schemes = /^(?:https?:\/\/[^/?#]|urn:|tag:|about:)/i;

/**
 * The URI of a kind of problem (RFC 9457 section 3.1.1), else undefined: of at most 1000 characters, with the scheme http, https, urn, tag
 * or about.
 * @param mayBeRelative whether a relative reference will do, which means something only at the address of the service that chose it:
 *   this gateway's own hooks may choose one, no upstream may
 */
export function cleanType(type: unknown, mayBeRelative = false): string | undefined {
  const text = clean(type);
  const isRelative = mayBeRelative && !/^[^/?#]*:/.test(text); // RFC 3986 section 4.2
  return uri.test(text) && (isRelative || schemes.test(text)) ? text : undefined;
}

/** Whether `id` may be sent as a request id: nothing that a log or a header could take amiss. */
export function isRequestId(id: unknown): id is string {
  return typeof id === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(id);
}

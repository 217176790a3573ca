import { maxLanguageTagCharacters, maxTextCharacters } from "./limits.js";

/**
 * Cleans a text for a body: of bounded length, without control characters of devices or of writing direction (a log or a terminal
 * may print it).
 */
export function clean(text: unknown): string {
  if (typeof text !== "string") return "";
  if (text.length <= maxTextCharacters) return withoutControls(text).trim();
  const plain = withoutControls(text.slice(0, maxTextCharacters + 1)).trim();
  return text.trimEnd().length > maxTextCharacters ? `${plain.slice(0, maxTextCharacters - 1)}…` : plain;
}

/** Replaces each run of such control characters in a text of any length by a space. */
export function withoutControls(text: string): string {
  return unusual.test(text) ? text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ") : text;
}

/** Matches what few texts have: controls, and all that is not ASCII. */
const unusual = /[^ -~]/;

/** Matches what JSON escapes, and all that is not ASCII. */
export const escapable = /[^ !#-[\]-~]/;

/** Gives an error code that clients and logs accept; else undefined. */
export function cleanCode(code: unknown): string | undefined {
  return typeof code === "string" && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(code) ? code : undefined;
}

/** Matches the characters of a URI (RFC 3986 section 2). */
const uri = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,1000}$/;

/** Matches schemes that name a kind of problem, or lead to a page about it. Others may run code: javascript:, data:. */
const schemes = /^(?:https?:\/\/[^/?#]|urn:|tag:|about:)/i;

/**
 * Gives the URI of a kind of problem (RFC 9457 section 3.1.1); else undefined. It has at most 1000 characters, and the scheme
 * http, https, urn, tag or about.
 * @param mayBeRelative whether a relative reference is allowed, which has a meaning only at the address of the service that chose
 *   it: this gateway's own errors and hooks may choose one, no upstream may
 */
export function cleanType(type: unknown, mayBeRelative = false): string | undefined {
  if (typeof type !== "string") return undefined; // as most errors have none
  const text = clean(type);
  const isRelative = mayBeRelative && !/^[^/?#]*:/.test(text); // RFC 3986 section 4.2
  return uri.test(text) && (isRelative || schemes.test(text)) ? text : undefined;
}

/** Whether `id` may be sent as a request id: it has no character that could harm a log or a header. */
export function isRequestId(id: unknown): id is string {
  return typeof id === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(id);
}

/** Whether a text has the form of a language tag (RFC 5646 section 2.1), in bounded length: it may be sent as Content-Language. */
export function isLanguageTag(text: string): boolean {
  return text.length <= maxLanguageTagCharacters && /^[a-z]{1,8}(?:-[a-z\d]{1,8})*$/i.test(text);
}

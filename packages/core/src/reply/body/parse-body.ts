import { textOf } from "./charset.js";
import { xmlMembers } from "./xml.js";

/**
 * An error body's JSON value, the members of its XML, or its plain text; undefined for what is none of them, HTML above all.
 * Many services send JSON without saying so, or say it is HTML.
 */
export function parseContent(contentType: string, body: unknown): unknown {
  if (body instanceof Uint8Array) return parseContent(contentType, textOf(body, contentType));
  if (typeof body !== "string") return body;
  const text = body.trim();
  if (/[/+]json\b/i.test(contentType) || /^[[{]/.test(text)) return parseJson(text);
  if (/^(?:application|text)\/(?:problem\+)?xml\b/i.test(contentType)) return xmlMembers(text);
  return /^text\/plain\b/i.test(contentType) && !text.startsWith("<") ? text : undefined;
}

/** Whether a media type says that the content is a problem document (RFC 9457 section 3). */
export function isProblemType(contentType: string): boolean {
  return /^application\/problem\+(?:json|xml)\b/i.test(contentType);
}

/** JSON that was cut, or is none, says nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

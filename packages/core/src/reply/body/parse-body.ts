import { textOf } from "./charset.js";
import { xmlMembers } from "./xml.js";

/**
 * Parses an error body: a JSON value, the members of its XML, or its plain text; undefined for anything else, HTML above all.
 * Many services send JSON without a type, or call it HTML.
 */
export function parseContent(contentType: string, body: unknown): unknown {
  if (body instanceof Uint8Array) return parseContent(contentType, textOf(body, contentType));
  if (typeof body !== "string") return body;
  const text = body.trim();
  if (/[/+]json\b/i.test(contentType) || /^[[{]/.test(text)) return parseJson(text);
  if (/^(?:application|text)\/(?:problem\+)?xml\b/i.test(contentType)) return xmlMembers(text);
  return /^text\/plain\b/i.test(contentType) && !text.startsWith("<") ? text : undefined;
}

/** Whether a media type is that of a problem document (RFC 9457 section 3). */
export function isProblemType(contentType: string): boolean {
  return /^application\/problem\+(?:json|xml)\b/i.test(contentType);
}

/** Parses JSON; undefined for JSON that was cut, or is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

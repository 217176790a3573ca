import { fieldForms, requiredFields } from "./header-fields.js";
import type { ReplyHead } from "./reply-head.js";

/** Matches the fields that are passed on (RFC 9110 section 11.6.1; RFC 7725; RFC 9209). */
const replyFieldForms: ReadonlyMap<string | undefined, RegExp> = new Map([
  ...fieldForms,
  ["link", /^<[\x21-\x3b\x3d\x3f-\x7e]{1,2000}>[ \t]{0,9};[ \t]{0,9}rel="?blocked-by"?$/], // other links are of the content that is replaced
  ["www-authenticate", /^[\w!#$%&'*+.^`|~-]+(?:[ ,][\t\x20-\x7e\x80-\xff]*)?$/],
  ["proxy-status", /^[\t\x20-\x7e]+$/], // a value that is no list by the grammar is dropped when this gateway's member is added
]);

/** Picks a reply's valid fields that belong to its error: Retry-After, Proxy-Status, and the field that its status requires. */
export function errorReplyFields({ status, headers }: ReplyHead): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of ["retry-after", "proxy-status", requiredFields.get(status) ?? ""]) {
    const value = headers[name];
    const text = Array.isArray(value) ? value.join(", ") : String(value ?? "\0");
    if (replyFieldForms.get(name)?.test(text)) fields[name] = text;
  }
  return fields;
}

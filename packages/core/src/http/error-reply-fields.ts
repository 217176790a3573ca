import { requiredFields } from "./header-fields.js";
import type { ReplyHead } from "./reply-head.js";

/** Matches the fields that are passed on (RFC 9110 sections 10.2.3, 11.6.1 and 10.2.1). Nobody sends dates in their obsolete forms. */
const fieldForms: ReadonlyMap<string | undefined, RegExp> = new Map([
  ["retry-after", /^(?:\d{1,9}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/],
  ["www-authenticate", /^[\w!#$%&'*+.^`|~-]+(?:[ ,][\t\x20-\x7e\x80-\xff]*)?$/],
  ["proxy-status", /^[\t\x20-\x7e]+$/], // a value that is no list by the grammar is dropped when this gateway's member is added
  ["allow", /^[\w!#$%&'*+.^`|~, \t-]*$/],
]);

/** Picks a reply's valid fields that belong to its error: Retry-After, Proxy-Status, a 401's WWW-Authenticate, a 405's Allow. */
export function errorReplyFields({ status, headers }: ReplyHead): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of ["retry-after", "proxy-status", requiredFields[status] ?? ""]) {
    const value = headers[name];
    const text = Array.isArray(value) ? value.join(", ") : String(value ?? "\0");
    if (fieldForms.get(name)?.test(text)) fields[name] = text;
  }
  return fields;
}

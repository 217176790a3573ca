import { requiredFields } from "./header-fields.js";
import type { ReplyHead } from "./reply-head.js";

/** Forms of the fields that are taken over (RFC 9110 sections 10.2.3, 11.6.1 and 10.2.1). Dates in their obsolete forms nobody sends. */
const forms: ReadonlyMap<string | undefined, RegExp> = new Map([
  ["retry-after", /^(?:\d{1,9}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/],
  ["www-authenticate", /^[\w!#$%&'*+.^`|~-]+(?:[ ,][\t\x20-\x7e\x80-\xff]*)?$/],
  ["proxy-status", /^[\t\x20-\x7e]+$/], // what is not a list by the grammar is sorted out when ours is added
  ["allow", /^[\w!#$%&'*+.^`|~, \t-]*$/],
]);

/** Of a reply's fields those that belong to its error and are valid: Retry-After, Proxy-Status, a 401's WWW-Authenticate, a 405's Allow. */
export function replyFields({ status, headers }: ReplyHead): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of ["retry-after", "proxy-status", requiredFields[status] ?? ""]) {
    const value = headers[name];
    const text = Array.isArray(value) ? value.join(", ") : String(value ?? "\0");
    if (forms.get(name)?.test(text)) fields[name] = text;
  }
  return fields;
}

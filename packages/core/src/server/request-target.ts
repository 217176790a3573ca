import { domainToASCII } from "node:url";

/** Up to the end of the host's name, which is not empty; who writes a user's name before it means to deceive (RFC 9110 section 4.2.4). */
const absolute = /^(?:http|ws)s?:\/\/([\w.~-]{1,255}|\[[\d:a-f.]{2,45}\])(?::\d{0,5})?(?:[/?#]|$)/i;

/**
 * Whether a request's target is one of HTTP's: a path, an asterisk, or a URL of HTTP with a host (RFC 9112 section 3.2). Node takes
 * others, in which Express finds no path: it answers by itself, without asking any middleware.
 */
export function hasTarget({ url = "" }: { readonly url?: string | undefined }): boolean {
  if (url.startsWith("/") || url === "*") return true;
  const host = absolute.exec(url)?.[1];
  return host !== undefined && domainToASCII(host) !== "";
}

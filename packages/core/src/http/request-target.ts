import { domainToASCII } from "node:url";

/** Up to the end of the authority: a host's name, which is not empty, and a port; who writes a user's name before it means to deceive (RFC 9110 section 4.2.4). */
const absolute = /^(?:http|ws)s?:\/\/([\w.~-]{1,255}|\[[\d:a-f.]{2,45}\])(?::(\d{0,5}))?(?:[/?#]|$)/i;

/** What to say of a target that is none. */
export const invalidTarget = "The request's target is no path, and no URL with a host.";

/**
 * Whether a request's target is one of HTTP's: a path, an asterisk, or a URL of HTTP with a host (RFC 9112 section 3.2). Node takes
 * others, in which Express finds no path: it answers by itself, without asking any middleware.
 */
export function hasTarget({ url = "" }: { readonly url?: string | undefined }): boolean {
  if (url.startsWith("/") || url === "*") return true;
  const [, host, port] = absolute.exec(url) ?? [];
  return host !== undefined && Number(port ?? 0) <= 65_535 && domainToASCII(host) !== "";
}

/** The path and query of a target, without the authority of a URL, which names this gateway (RFC 9112 section 3.2.2). */
export function originForm(url: string): string {
  return url.startsWith("/") || url === "*" ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/^(?!\/)/, "/");
}

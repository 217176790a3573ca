import { domainToASCII } from "node:url";

/**
 * Matches a URL up to the end of its authority: a host's name, which is not empty, and a port. A user's name before the host is
 * meant to deceive (RFC 9110 section 4.2.4).
 */
const absoluteForm = /^(?:http|ws)s?:\/\/([\w.~-]{1,255}|\[[\d:a-f.]{2,45}\])(?::(\d{0,5}))?(?:[/?#]|$)/i;

/**
 * Whether a request's target is one of HTTP's: a path, an asterisk, or an HTTP URL with a host (RFC 9112 section 3.2). Node
 * accepts others, in which Express finds no path: it answers by itself, without asking any middleware.
 */
export function hasTarget({ url = "" }: { readonly url?: string | undefined }): boolean {
  if (url.startsWith("/") || url === "*") return true;
  const [, host, port] = absoluteForm.exec(url) ?? [];
  return host !== undefined && Number(port ?? 0) <= 65_535 && domainToASCII(host) !== "";
}

/** Gives the path and query of a target, without the authority of a URL, which names this gateway (RFC 9112 section 3.2.2). */
export function originForm(url: string): string {
  return url.startsWith("/") || url === "*" ? url : url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/^(?!\/)/, "/");
}

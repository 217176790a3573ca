import type { ClientRequest, IncomingMessage } from "node:http";
import { UpstreamError } from "../problem/problem-error.js";
import { fault } from "../recognisers/rule.js";

/** What may stand in Via for a host (RFC 9110 section 7.6.3). */
const pseudonym = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Signs a request that goes out. One that this gateway has signed before runs in circles and does not go out again (RFC 9209 section 2.3.32).
 * @param name a name that is no token signs nothing
 * @returns whether it goes out
 */
export function sign(outgoing: ClientRequest, request: IncomingMessage, name: string | undefined): boolean {
  if (name === undefined || !pseudonym.test(name)) return true;
  const before = String(request.headers["via"] ?? "");
  if (namesIn(before).includes(name.toLowerCase())) {
    outgoing.destroy(new UpstreamError(fault("proxy_loop_detected"), undefined));
    return false;
  }
  try {
    outgoing.setHeader("Via", `${before && `${before}, `}${request.httpVersion} ${name}`);
  } catch {} // its head is sent already, by a handler that has written the content or by follow-redirects
  return true;
}

/** Of "1.1 edge-1, HTTP/1.0 cache (squid)" the names, in lower case. */
function namesIn(via: string): (string | undefined)[] {
  return via
    .toLowerCase()
    .split(",")
    .map((member) => member.trim().split(/[ \t]+/, 2)[1]);
}

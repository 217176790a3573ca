import type { ClientRequest, IncomingMessage } from "node:http";
import { UpstreamError } from "../problem/problem-error.js";
import { fault } from "../recognisers/rule.js";

/** Matches a pseudonym, which may replace a host in Via (RFC 9110 section 7.6.3). */
const pseudonym = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Adds this gateway to the Via field of an outgoing request. A request that names it already is in a loop, and is not sent (RFC 9209 section 2.3.32).
 * @param name of the gateway; one that is no token is not added
 * @returns whether the request is sent
 */
export function addVia(outgoing: ClientRequest, request: IncomingMessage, name: string | undefined): boolean {
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

/** Reads the names out of "1.1 edge-1, HTTP/1.0 cache (squid)", in lower case. */
function namesIn(via: string): (string | undefined)[] {
  return via
    .toLowerCase()
    .split(",")
    .map((member) => member.trim().split(/[ \t]+/, 2)[1]);
}

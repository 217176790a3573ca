import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { alwaysHopByHop, hopByHopFields } from "./header-fields.js";
import { receivedField } from "./request-framing.js";

/** Names the fields that show where the content ends, and whom it is for: they stay, whatever Connection names. */
const needed: ReadonlySet<string> = new Set(["content-length", "host"]);

const credentials = "proxy-authorization";

/**
 * Lists the names of those fields of a request that belong to its connection (RFC 9110 section 7.6.1), or to this gateway (section
 * 11.7.2). A field that Connection names, and Proxy-Authorization, counts only as the client sent it: a client must not remove what this
 * gateway has set since, such as the user whom it has authenticated, or its own credentials for the next proxy.
 * @param headers the request's fields as they are now, names in lower case. Default: its `headers`
 * @example for (const name of connectionFields(request)) delete request.headers[name];
 */
export function connectionFields(
  request: IncomingMessage | Http2ServerRequest,
  headers: OutgoingHttpHeaders = request.headers,
): readonly string[] {
  const named = hopByHopFields({ connection: receivedField(request, "connection") });
  const found: string[] = [];
  // Over the fields that the request has: most requests have none of these, and to look for a member that an object lacks costs more.
  for (const name in headers) if (named.has(name) && belongsToConnection(request, name, headers[name])) found.push(name);
  return found;
}

function belongsToConnection(request: IncomingMessage | Http2ServerRequest, name: string, value: unknown): boolean {
  if (name === credentials) return isReceived(request, String(value));
  return alwaysHopByHop.has(name) || (!needed.has(name) && String(value) === receivedField(request, name));
}

/** Whether credentials came with a request. Node keeps the first of several. */
function isReceived(request: IncomingMessage | Http2ServerRequest, value: string): boolean {
  return `${receivedField(request, credentials)}, `.startsWith(`${value}, `);
}

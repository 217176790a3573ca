import { STATUS_CODES, type OutgoingHttpHeaders } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import type { NodeResponse } from "../node/exchange.js";
import { headFields, pairsOf, setFields, type Head } from "../node/response-head.js";

/**
 * Shows a head that is withheld on its response, as Node does once the head is written: the status, the reason, and the fields, which
 * node:http shows only where some were set before.
 * @returns the fields that are shown, in the form they were given in
 * @throws what Node throws for an invalid name or value
 */
export function showHead(response: NodeResponse, head: Head): unknown {
  showStatus(response, head);
  if (!isHttp2(response) && response.getHeaderNames().length === 0) return undefined;
  setFields(response, head);
  return headFields(head);
}

/** Shows a status and its reason on a response. node:http2 has no reason, and no status that it does not know. */
export function showStatus(response: NodeResponse, [status, reason]: Head): void {
  const code = status as number;
  if (isHttp2(response)) {
    if (code >= 200 && code <= 599) response.statusCode = code;
    return;
  }
  response.statusCode = code;
  if (typeof reason === "string") response.statusMessage = reason;
  else response.statusMessage ||= STATUS_CODES[code] ?? "unknown";
}

/** Hides fields again that belong to a head which is not sent. */
export function hideFields(response: NodeResponse, ownFields: OutgoingHttpHeaders, shown: unknown): void {
  for (const [name] of pairsOf(shown)) {
    const own = ownFields[name.toLowerCase()];
    if (own === undefined) response.removeHeader(name);
    else response.setHeader(name, own);
  }
}

import type { Finding } from "../problem/finding.js";
import { fault } from "../recognisers/rule.js";
import { isUndoneCoding, type Sources } from "./piped-sources.js";

/**
 * Finds why the head of a success must not leave: its status is not final, or switches to no protocol (RFC 9110 section 15.2), or its content
 * is in a transfer coding that nobody has undone (RFC 9112 section 6.1).
 * @param hops its hop-by-hop fields
 */
export function headFault(status: number, hops: ReadonlyMap<string, unknown>, sources?: Sources): Finding | undefined {
  if (status === 101) return hops.has("upgrade") ? undefined : fault("http_upgrade_failed");
  if (status < 200) return fault("http_protocol_error");
  const isCoded = !isUndoneCoding(hops.get("transfer-encoding")) || sources?.areCoded();
  return isCoded ? fault("http_response_transfer_coding") : undefined;
}

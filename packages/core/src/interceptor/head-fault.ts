import type { NodeResponse } from "../node/exchange.js";
import { fieldIn, type Head } from "../node/response-head.js";
import type { Finding } from "../problem/finding.js";
import { fault } from "../recognisers/rule.js";
import { isUndoneCoding, type Sources } from "./piped-sources.js";

/**
 * Finds why the head of a success must not leave: its status is not final, or switches to no protocol (RFC 9110 section 15.2), or its content
 * is in a transfer coding that nobody has undone (RFC 9112 section 6.1).
 */
export function headFault(response: NodeResponse, head: Head, sources?: Sources): Finding | undefined {
  const [status] = head;
  if (status === 101) return fieldIn(response, head, "upgrade") === undefined ? fault("http_upgrade_failed") : undefined;
  if ((status as number) < 200) return fault("http_protocol_error");
  const isCoded = !isUndoneCoding(fieldIn(response, head, "transfer-encoding")) || sources?.areCoded();
  return isCoded ? fault("http_response_transfer_coding") : undefined;
}

import { classifyFault } from "../upstream/faults.js";
import type { ProxyErrorType } from "../upstream/proxy-errors.js";
import { fault, type Finding } from "./rule.js";

/** Faults that Node words without a code: each group is named for what it tells of. */
const worded =
  /(?<connection_terminated>socket hang up|other side closed|^aborted$|^terminated$)|(?<http_response_timeout>\btimed out\b|due to timeout$)|(?<tls_certificate_error>self[- ]signed certificate|certificate has expired|verify the first certificate|issuer certificate$|certificate's altnames)|(?<http_protocol_error>^Parse Error)|(?<unknown>^fetch failed$|\bFailed to (?:fetch|parse) )/;

/**
 * The fault of a next hop that a message tells of, for libraries that keep nothing else of the error they met.
 * @example faultToldBy("connect ECONNREFUSED 127.0.0.1:443") // { status: 502, proxyError: "connection_refused" }
 */
export function faultToldBy(message: string): Finding | undefined {
  const code = /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  const coded = code === undefined ? undefined : classifyFault({ code, syscall: message.startsWith("connect") ? "connect" : "" });
  if (coded !== undefined) return fault(coded);
  const [type] = Object.entries(worded.exec(message)?.groups ?? {}).find(([, words]) => words !== undefined) ?? [];
  if (type === undefined) return undefined;
  return type === "unknown" ? { status: 502 } : fault(type as ProxyErrorType);
}

import type { Finding } from "../problem/finding.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "./rule.js";

/** Faults that Node words without a code: each group is named for what it tells of. */
const worded =
  /(?<connection_terminated>socket hang up|other side closed|^aborted$|^terminated$)|(?<http_response_timeout>\btimed out\b|due to timeout$)|(?<tls_certificate_error>self[- ]signed certificate|certificate has expired|verify the first certificate|issuer certificate$|certificate's altnames)|(?<http_protocol_error>^Parse Error)|(?<unknown>^fetch failed$|\bFailed to (?:fetch|parse) )/;

/**
 * The fault of a next hop that a message tells of, for libraries that keep nothing else of the error they met.
 * @example faultToldBy("connect ECONNREFUSED 127.0.0.1:443") // { status: 502, proxyError: "connection_refused" }
 */
export function faultToldBy(message: string): Finding | undefined {
  return faultCodedIn(message) ?? faultWordedIn(message);
}

/** The same of a message that may well be an application's own: only a code counts, and what nobody but Node says. */
export function faultSurelyToldBy(message: string): Finding | undefined {
  return faultCodedIn(message) ?? (nodesOwn.test(message) ? faultWordedIn(message) : undefined);
}

const nodesOwn = /^(?:fetch failed|socket hang up|other side closed)$/;

function faultCodedIn(message: string): Finding | undefined {
  const code = /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  const type =
    code === undefined ? undefined : classifyFault({ code, message, syscall: message.startsWith("connect") ? "connect" : "" });
  return type ? fault(type) : undefined;
}

function faultWordedIn(message: string): Finding | undefined {
  const type = groupIn(worded, message);
  if (type === undefined) return undefined;
  return type === "unknown" ? { status: 502 } : fault(type as FaultType);
}

/** Which of the named groups of `words` a text has. */
export function groupIn(words: RegExp, text: string): string | undefined {
  const groups = words.exec(text)?.groups;
  return groups && Object.keys(groups).find((name) => groups[name] !== undefined);
}

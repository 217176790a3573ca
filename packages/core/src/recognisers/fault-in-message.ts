import type { Finding } from "../problem/finding.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "./rule.js";

/** Finds faults that Node describes without a code. Each group has the name of the fault's type. */
const faultWordings =
  /(?<connection_terminated>socket hang up|other side closed|^aborted$|^terminated$)|(?<http_response_timeout>\btimed out\b|due to timeout$)|(?<tls_certificate_error>self[- ]signed certificate|certificate has expired|verify the first certificate|issuer certificate$|certificate's altnames)|(?<http_protocol_error>^Parse Error)|(?<unknown>^fetch failed$|\bFailed to (?:fetch|parse) )/;

/**
 * Finds the fault of a next hop in a message. Some libraries keep nothing else of the error that they met.
 * @example faultInMessage("connect ECONNREFUSED 127.0.0.1:443") // { status: 502, proxyError: "connection_refused" }
 */
export function faultInMessage(message: string): Finding | undefined {
  return faultByCode(message) ?? faultByText(message);
}

/** Finds a fault in a message that may be an application's own. Only a code counts, and wordings that nobody but Node uses. */
export function certainFaultInMessage(message: string): Finding | undefined {
  return faultByCode(message) ?? (nodeOnlyMessages.test(message) ? faultByText(message) : undefined);
}

const nodeOnlyMessages = /^(?:fetch failed|socket hang up|other side closed)$/;

function faultByCode(message: string): Finding | undefined {
  const code = /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  const type =
    code === undefined ? undefined : classifyFault({ code, message, syscall: message.startsWith("connect") ? "connect" : "" });
  return type ? fault(type) : undefined;
}

function faultByText(message: string): Finding | undefined {
  const type = matchedGroup(faultWordings, message);
  if (type === undefined) return undefined;
  return type === "unknown" ? { status: 502 } : fault(type as FaultType);
}

/** Matches names of errors that report a time limit: TimeoutError, RequestTimedOutError, ConnectTimeoutException. */
export const timeoutName = /Time(?:d)?-?[oO]ut(?:Error|Exception)?$/;

/** Gives the name of the group that matches in a text. */
export function matchedGroup(pattern: RegExp, text: string): string | undefined {
  const groups = pattern.exec(text)?.groups;
  return groups && Object.keys(groups).find((name) => groups[name] !== undefined);
}

import { UpstreamError } from "../../problem/problem-error.js";
import { isError } from "../../util/safe-read.js";
import { unanswered } from "./call-finding.js";

/**
 * What a success's content means that breaks off: a fault of an exchange that had begun well. What is none, such as an abort by the
 * caller, stays what it is.
 * @param status of the reply
 */
export function brokenOff<Reason>(reason: Reason, status: number): Reason | UpstreamError {
  const found = isError(reason) ? unanswered(reason, { clientGone: false }, status) : undefined;
  return found?.proxyError ? new UpstreamError(found, reason) : reason;
}

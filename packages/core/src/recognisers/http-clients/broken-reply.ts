import { UpstreamError } from "../../problem/problem-error.js";
import { isError } from "../../util/safe-read.js";
import { failedCallFinding } from "./call-finding.js";

/**
 * Turns the error of a success's content that breaks off into an UpstreamError: the exchange had begun well and then failed. An
 * error that is no such fault, such as an abort by the caller, stays what it is.
 * @param status of the reply
 */
export function asBrokenReply<Reason>(reason: Reason, status: number): Reason | UpstreamError {
  const found = isError(reason) ? failedCallFinding(reason, { clientGone: false }, status) : undefined;
  return found?.proxyError ? new UpstreamError(found, reason) : reason;
}

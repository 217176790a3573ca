export { fgErrors } from "./fg-errors.js";
export { fgUpstream } from "./fg-upstream.js";
export { relay } from "./relay.js";
export {
  clientSignal,
  drain,
  endToEnd,
  explainCode,
  extendContract,
  fgProxy,
  fromInvocation,
  functionGraph,
  guardServer,
  problem,
  ProblemError,
  rfc9110,
  upstream,
  UpstreamError,
  upstreamRequest,
  type DrainOptions,
  type GuardOptions,
  type Problem,
  type ProblemContext,
  type RelayOptions,
  type ResponderOptions,
  type UpstreamHeaders,
  type UpstreamOptions,
  type UpstreamRequest,
} from "@fg-errors/core";

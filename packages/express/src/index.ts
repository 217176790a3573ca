export { fgErrors } from "./fg-errors.js";
export { fgUpstream } from "./fg-upstream.js";
export { relay } from "./relay.js";
export {
  endToEnd,
  explainCode,
  extendContract,
  fgProxy,
  fromInvocation,
  functionGraph,
  problem,
  ProblemError,
  rfc9110,
  upstream,
  UpstreamError,
  type Problem,
  type ProblemContext,
  type RelayOptions,
  type ResponderOptions,
  type UpstreamOptions,
} from "@fg-errors/core";

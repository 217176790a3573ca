// Entry point: everything that a gateway on Express uses.
export { fgErrors, type ErrorHandlers } from "./fg-errors.js";
export { fgResponses, fgUpstream, type ResponseHandler } from "./fg-responses.js";
export { relay } from "./relay.js";
export {
  extendContract,
  functionGraph,
  problem,
  ProblemError,
  rfc9110,
  UpstreamError,
  type Content,
  type Contract,
  type Facts,
  type FieldError,
  type Fold,
  type Origin,
  type Problem,
  type ProblemChange,
  type ProblemContext,
  type ProblemErrorOptions,
  type ProxyErrorType,
  type RenderContext,
  type Renderer,
  type ResponderOptions,
  type StatusRow,
} from "@fg-errors/core";
export {
  clientSignal,
  endToEnd,
  upstream,
  upstreamRequest,
  type FetchReply,
  type NodeReply,
  type Reply,
  type UpstreamHeaders,
  type UpstreamOptions,
  type UpstreamRequest,
} from "@fg-errors/core/upstream";
export { fgProxy, type ProxyEventHandlers, type ProxyHandlers, type ProxyLimits } from "@fg-errors/core/proxy";
export { drain, guardServer, type DrainOptions, type GuardOptions, type LoadLimits } from "@fg-errors/core/server";
export { explainCode, fromInvocation, type DocumentedCode, type InvocationResult } from "@fg-errors/core/functiongraph";
export type { RelayOptions } from "@fg-errors/core/adapter";

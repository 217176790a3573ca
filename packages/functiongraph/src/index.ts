export { fgErrors } from "./fg-errors.js";
export type { Callback, Handler } from "./handler.js";
export type { ApigEvent, FunctionContext } from "./runtime.js";
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
  explainCode,
  toInvocation,
  upstream,
  type DocumentedCode,
  type FetchReply,
  type InvocationResult,
  type NodeReply,
  type Reply,
  type UpstreamOptions,
  type WholeResult,
} from "@fg-errors/core/adapter/event";

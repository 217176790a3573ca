export { fgErrors } from "./fg-errors.js";
export type { Callback, Handler } from "./handler.js";
export type { ApigEvent, FunctionContext } from "./runtime.js";
export {
  explainCode,
  extendContract,
  functionGraph,
  problem,
  ProblemError,
  rfc9110,
  toInvocation,
  upstream,
  UpstreamError,
  type InvocationResult,
  type Problem,
  type ProblemContext,
  type ResponderOptions,
  type UpstreamOptions,
} from "@fg-errors/core";

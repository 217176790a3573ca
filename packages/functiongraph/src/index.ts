export { fgErrors } from "./fg-errors.js";
export type { Callback, Handler } from "./handler.js";
export type { ApigEvent, FunctionContext } from "./runtime.js";
export * from "@fg-errors/core";
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

// For authors of adapters whose host is the runtime of event functions: no server. May change in a minor version.
export { eventFacts } from "./invocation/event-facts.js";
export { settleResult } from "./invocation/settle-result.js";
export { resultOf, toInvocation, type WholeResult } from "./invocation/to-invocation.js";
export type { InvocationResult } from "./invocation/check-result.js";
export type { FetchReply, NodeReply, Reply } from "./reply/reply.js";
export { upstream, type UpstreamOptions } from "./reply/upstream.js";
export { explainCode, type DocumentedCode } from "./reply/functiongraph/explain-code.js";

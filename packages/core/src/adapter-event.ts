// For authors of adapters whose host is the runtime of event functions: no server, no stream. May change in a minor version.
export { eventFacts } from "./invocation/event-facts.js";
export { settleResult, type Unsettled } from "./invocation/settle-result.js";
export { resultOf, toInvocation, type WholeResult } from "./invocation/to-invocation.js";
export type { InvocationResult } from "./invocation/check-result.js";
export { explainCode, type DocumentedCode } from "./reply/functiongraph/explain-code.js";

// Functions of FunctionGraph: their results, and the error codes of FunctionGraph and API Gateway.
export type { InvocationResult } from "./invocation/check-result.js";
export { fromInvocation } from "./invocation/from-invocation.js";
export { invocationResponse } from "./invocation/invocation-response.js";
export { toInvocation, type WholeResult } from "./invocation/to-invocation.js";
export type { FetchRequest } from "./relay/fetch-response.js";
export { explainCode, type DocumentedCode } from "./reply/functiongraph/explain-code.js";

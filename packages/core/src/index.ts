// For everybody.
export { extendContract, functionGraph, type Contract, type StatusRow } from "./contract.js";
export type { Facts } from "./facts.js";
export type { Fold } from "./folds.js";
export { fgProxy, type ProxyHandlers } from "./node/proxy.js";
export type { ResponderOptions } from "./options.js";
export type { FieldError, Origin, Problem, ProblemChange } from "./problem.js";
export { problem, ProblemError, UpstreamError, type ProblemErrorOptions } from "./problem-error.js";
export type { Content, RenderContext, Renderer } from "./render.js";
export type { ProblemContext } from "./report.js";
export { createResponder, type Host, type Rendered, type Responder } from "./responder.js";
export { rfc9110 } from "./rfc9110.js";
export { normalizeError, type NormalizeOptions, type RequestState } from "./thrown.js";
export { upstream, type UpstreamOptions } from "./upstream/call.js";
export { classifyFault } from "./upstream/faults/faults.js";
export { proxyErrors, type FaultType, type ProxyErrorType } from "./upstream/faults/proxy-errors.js";
export type { FetchReply, NodeReply, Reply } from "./upstream/replies/reply.js";
export { normalizeUpstream } from "./upstream/replies/reply-finding.js";

// For adapters.
export { isErrorStatus, mayHaveContent } from "./contract.js";
export { endToEnd, liveHeaders } from "./headers.js";
export { unmatched } from "./methods.js";
export { answer, hasLeft, isAnswered, type NodeRequest, type NodeResponse } from "./node/answer.js";
export { createHold } from "./node/hold.js";
export type { Held } from "./node/writing.js";
export { passOn, setFields, type RelayOptions } from "./node/relay.js";
export { meant } from "./problem-error.js";
export { isError } from "./read.js";
export type { Finding } from "./recognisers/rule.js";
export { replyFinding, upstreamFinding } from "./upstream/replies/reply-finding.js";

// Calls to upstreams: the request, the reply, and the faults in between.
export { endToEnd } from "./http/header-fields.js";
export { clientSignal } from "./node/client-gone.js";
export { requestIdOf } from "./node/request-id-of.js";
export { UpstreamError } from "./problem/problem-error.js";
export { classifyFault } from "./proxy-errors/classify-fault.js";
export { proxyErrors, type FaultType, type ProxyErrorType } from "./proxy-errors/proxy-errors.js";
export type { FetchRequest } from "./relay/fetch-response.js";
export type { RelayOptions } from "./relay/relay-reply.js";
export { relayResponse } from "./relay/relay-response.js";
export { upstreamRequest, type UpstreamHeaders, type UpstreamRequest } from "./relay/upstream-request.js";
export type { FetchReply, NodeReply, Reply } from "./reply/reply.js";
export { normalizeUpstream } from "./reply/reply-finding.js";
export { upstream, type UpstreamOptions } from "./reply/upstream.js";

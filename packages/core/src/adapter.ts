// The entry point for authors of adapters. It may change in a minor version.
export { isErrorStatus, mayHaveContent } from "./contract/contract.js";
export type { InterceptedResponse } from "./interceptor/interception.js";
export { createResponseInterceptor } from "./interceptor/response-interceptor.js";
export { answer } from "./node/answer.js";
export { isGone, onClose } from "./node/client-leaves.js";
export { copyFields } from "./node/copy-fields.js";
export { dropUnsendable } from "./node/drop-unsendable.js";
export { isAnswered, type NodeRequest, type NodeResponse } from "./node/exchange.js";
export { dropRefused } from "./node/outgoing-head.js";
export type { Finding } from "./problem/finding.js";
export { meant, replacedResponseError } from "./problem/problem-error.js";
export { unmatched } from "./problem/unmatched.js";
export { passOn, type RelayOptions } from "./relay/relay.js";
export { Inspection } from "./reply/inspect-reply.js";
export { messageOf } from "./reply/reply.js";
export { replyFinding } from "./reply/body-finding.js";
export { replyOptions } from "./reply/reply-finding.js";
export { isError } from "./util/safe-read.js";

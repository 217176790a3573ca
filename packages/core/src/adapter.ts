// The entry point for authors of adapters. It may change in a minor version.
export { isErrorStatus, mayHaveContent } from "./contract/contract.js";
export { createResponseInterceptor } from "./interceptor/response-interceptor.js";
export { answer } from "./node/answer.js";
export { isGone, onClose } from "./node/client-gone.js";
export { copyFields } from "./node/copy-fields.js";
export { dropUnsendable } from "./node/drop-unsendable.js";
export { hasLeftBody, isLeftToIntegration } from "./node/exchange.js";
export { firstChunk, hasEnded } from "./node/first-chunk.js";
export { dropRefused } from "./node/prepare-request.js";
export { meant, replacedResponseError } from "./problem/problem-error.js";
export { unmatched, unmatchedStatus } from "./problem/unmatched.js";
export type { RelayOptions } from "./relay/relay-reply.js";
export { relayToNode } from "./relay/relay-to-node.js";
export { Inspection } from "./reply/inspect-reply.js";
export { handleRequestError, messageOf } from "./reply/reply.js";
export { replyFinding } from "./reply/body-finding.js";
export { replyOptions } from "./reply/reply-finding.js";
export { isError } from "./util/safe-read.js";

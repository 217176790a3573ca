// For hosts that have no package of their own: what an application needs besides createResponder() (docs/hosts.md).
export { isDroppedWithError } from "./http/header-fields.js";
export { answer, requestFacts } from "./node/answer.js";
export { unmatched } from "./problem/unmatched.js";
export { errorResponse, type FetchRequest } from "./relay/fetch-response.js";

export { fgErrors, type ErrorHandlers } from "./fg-errors.js";
export { fgResponses, fgUpstream, type ResponseHandler } from "./fg-responses.js";
export type { ProblemContext, ResponderOptions } from "./options.js";
export { relay } from "./relay.js";
export type { RelayOptions } from "@fg-errors/core/adapter";
// All that core offers to applications, so that they depend on one package.
export * from "@fg-errors/core/adapter/gateway";

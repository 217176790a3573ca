export { extendContract, functionGraph, type Contract, type StatusRow } from "./contract.js";
export type { Fold } from "./folds.js";
export type { FieldError, Origin, Problem } from "./problem.js";
export { problem, ProblemError, type ProblemErrorOptions } from "./problem-error.js";
export { rfc9110 } from "./rfc9110.js";
export { normalizeError, type NormalizeOptions, type RequestState } from "./thrown.js";
export { classifyFault } from "./upstream/faults.js";
export { proxyErrors, type ProxyErrorType } from "./upstream/proxy-errors.js";

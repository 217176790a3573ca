// The error contract: which statuses may leave, what a thrown value means, and what is written.
export { extendContract, functionGraph, type Contract, type StatusRow } from "./contract/contract.js";
export type { Fold } from "./contract/folds.js";
export type { CatalogueRow, DomainError, PlaceholderKind, Retry, StandardSchema } from "./contract/catalogue-row.js";
export { rfc9110 } from "./contract/rfc9110.js";
export {
  defineContract,
  type CatalogueDefinition,
  type CatalogueErrorOptions,
  type DefinedContract,
  type ProblemFactory,
  type ProblemsOf,
} from "./problem/define-contract.js";
export type { FieldError, Finding, Origin } from "./problem/finding.js";
export type { GivenMembers } from "./problem/catalogue-members.js";
export type { ProblemBody } from "./problem/problem-body.js";
export type { ProblemRow } from "./problem/problem-row.js";
export type { Problem, ProblemChange } from "./problem/problem.js";
export { problem, ProblemError, UpstreamError } from "./problem/problem-error.js";
export type { ProblemErrorOptions } from "./problem/problem-options.js";
export type { ProxyErrorType } from "./proxy-errors/proxy-errors.js";
export { normalizeError, type NormalizeOptions } from "./recognisers/normalize-error.js";
export type { Circumstances, RequestState } from "./recognisers/rule.js";
export type { ResponderOptions } from "./responder/options.js";
export type { Content, RenderContext, Renderer } from "./responder/render.js";
export type { ProblemContext } from "./responder/report.js";
export type { Facts } from "./responder/request-facts.js";
export type { FormatText, LanguageTexts, TextRow, Texts, TextValue } from "./responder/texts.js";
export { createResponder, type Host, type Rendered, type Responder } from "./responder/responder.js";

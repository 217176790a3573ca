// The error contract as an artefact.
export { breakingChanges, type BreakingChange } from "./diff.js";
export {
  contractDocument,
  contractFromDocument,
  documentSchema,
  type ContractDocument,
  type DocumentedProblem,
  type LoadedContract,
} from "./document.js";
export type { JsonSchema } from "./members-schema.js";
export { openApiComponents, type Components } from "./openapi/components.js";
export { mergeOpenApi } from "./openapi/merge.js";
export type { OpenApiVersion } from "./openapi/version.js";

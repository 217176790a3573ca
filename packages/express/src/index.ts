export { fgErrors } from "./fg-errors.js";
export {
  extendContract,
  fgProxy,
  functionGraph,
  problem,
  ProblemError,
  rfc9110,
  type Problem,
  type ProblemContext,
  type ResponderOptions,
} from "@fg-errors/core";

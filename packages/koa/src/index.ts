export { fgErrors } from "./fg-errors.js";
export { relay } from "./relay.js";
export {
  endToEnd,
  extendContract,
  functionGraph,
  problem,
  ProblemError,
  rfc9110,
  type Problem,
  type ProblemContext,
  type ResponderOptions,
} from "@fg-errors/core";

export { fgErrors } from "./fg-errors.js";
export { relay } from "./relay.js";
export { endToEnd, problem, ProblemError } from "@fg-errors/core";

export { fgErrors } from "./fg-errors.js";
export { fgProxy, problem, ProblemError } from "@fg-errors/core";

export { fgErrors } from "./fg-errors.js";
export { problem, ProblemError } from "@fg-errors/core";

export { createGuards, type Guards } from "./guards.js";
export type { FieldError, Problem, ProblemBody } from "./problem.js";
export type { ProblemTable, ProblemTableRow } from "./problem-table.js";
export { problemFrom, readProblem, type ReadOptions } from "./read-problem.js";
export { retryDelay, type RetryOptions } from "./retry-delay.js";

export { extendContract, functionGraph, problem, ProblemError, rfc9110, type ResponderOptions } from "@fg-errors/core";

// Metrics, spans and log records of an API gateway's errors, for its operators.
export type { Contract, FieldError, Problem, ProblemContext, ProxyErrorType } from "@fg-errors/core";
export { onProblem, type ProblemMessage } from "./on-problem.js";
export {
  openTelemetry,
  type ExceptionSignal,
  type LogsApi,
  type OpenTelemetryApi,
  type OpenTelemetryOptions,
} from "./open-telemetry.js";
export { prometheus, type PrometheusClient, type PrometheusOptions, type PrometheusRegistry } from "./prometheus.js";
export { serializeCause, serializeProblem, type SerializedCause, type SerializedProblem } from "./serialize-problem.js";
export type { OpenTelemetryContext, OpenTelemetrySpan } from "./server-span.js";

import { guardHook } from "@fg-errors/core/adapter";
import type { ProblemMessage } from "./on-problem.js";
import { serializeCause, type SerializedCause } from "./serialize-problem.js";
import type { OpenTelemetrySpan } from "./server-span.js";

/** Describes a problem on a span: by attributes, and a 5xx by the error status too. A 4xx is no error of a server (semantic conventions 1.44, HTTP spans). */
export function annotateSpan(
  span: OpenTelemetrySpan,
  { problem, context }: ProblemMessage,
  type: string,
  exception?: Exception,
): void {
  const { status, code, upstreamStatus, receivedStatus, proxyError } = problem;
  span.setAttributes({
    "fg_errors.code": code,
    "fg_errors.request_id": context.requestId,
    "fg_errors.response_started": context.responseStarted,
    "fg_errors.status": status,
    "fg_errors.type": type,
    ...(upstreamStatus !== undefined && { "fg_errors.upstream_status": upstreamStatus }),
    ...(receivedStatus !== undefined && { "fg_errors.received_status": receivedStatus }),
    ...(proxyError !== undefined && { "fg_errors.proxy_error": proxyError }),
  });
  if (status < 500) return;
  const markFailed = () => {
    span.setAttributes({ "error.type": type });
    span.setStatus({ code: errorStatus, ...(exception?.message && { message: exception.message }) });
  };
  markFailed();
  repeatBeforeEnd(span, markFailed);
}

/** Gives SpanStatusCode.ERROR of @opentelemetry/api. */
const errorStatus = 2;

/**
 * Repeats an act just before a span ends. The HTTP instrumentation sets the status without its description then, and from version 0.300
 * on `error.type` to the status.
 */
function repeatBeforeEnd(span: OpenTelemetrySpan, act: () => void): void {
  const { end } = span;
  const guarded = guardHook("the span of openTelemetry()", act);
  const endRepeated: typeof end = (...time) => {
    guarded();
    return end.apply(span, time);
  };
  span.end = endRepeated;
}

/** Records an exception as an event of a span. The result of another SDK may be a promise that rejects. */
export function recordOnSpan(span: OpenTelemetrySpan, exception: Exception): unknown {
  return span.recordException(exception);
}

/** Describes an exception by its texts. */
export interface Exception {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Describes the cause of a problem by its texts alone, without secrets: exporters send them to other machines. */
export function exceptionOf(cause: unknown): Exception | undefined {
  if (cause === undefined || cause === null) return undefined;
  const serialized = serializeCause(cause);
  return { name: serialized.type, message: serialized.message, stack: stacksOf(serialized).join("\ncaused by ") };
}

function stacksOf({ type, message, stack = `${type}: ${message}`, cause }: SerializedCause): readonly string[] {
  return [stack, ...(cause ? stacksOf(cause) : [])];
}

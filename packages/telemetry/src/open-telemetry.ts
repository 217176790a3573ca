import type { Contract, ProblemContext } from "@fg-errors/core";
import { guardHook } from "@fg-errors/core/adapter";
import { annotateSpan, exceptionOf, recordOnSpan, type Exception } from "./annotate-span.js";
import { checkTelemetryOptions, isContracts } from "./telemetry-options.js";
import { statusLabel } from "./error-type.js";
import type { ProblemMessage } from "./on-problem.js";
import { requestContext, serverSpan, type ContextApi, type OpenTelemetryContext, type OpenTelemetrySpan } from "./server-span.js";
import { subscribeOnce } from "./subscribe-once.js";

type Attributes = Record<string, string | number | boolean>;

interface Meters {
  getMeter(name: string): {
    createCounter(
      name: string,
      options: { description: string; unit: string },
    ): { add(value: number, attributes: Attributes): void };
  };
}

/**
 * Describes the part of @opentelemetry/api that is used.
 * @example
 * const stop = (given: OpenTelemetryApi) => openTelemetry(given);
 * stop(api); // import * as api from "@opentelemetry/api"
 */
export interface OpenTelemetryApi extends ContextApi {
  readonly metrics: { getMeterProvider(): Meters };
}

/**
 * Describes the part of `logs`, of @opentelemetry/api-logs, that is used.
 * @example
 * const logsApi: LogsApi = logs; // of @opentelemetry/api-logs
 * openTelemetry(api, { logs: logsApi });
 */
export interface LogsApi {
  getLogger(name: string): {
    emit(record: {
      eventName: string;
      severityNumber: number;
      severityText: string;
      attributes: Attributes;
      // oxlint-disable-next-line typescript/no-explicit-any -- the context of @opentelemetry/api, of which this is a part
      context: any;
    }): void;
  };
}

/**
 * Names the signals that an exception is recorded as: events of the span, log records, or both.
 * @example
 * const exceptions: ExceptionSignal = "logs";
 * openTelemetry(api, { logs, exceptions });
 */
export type ExceptionSignal = "events" | "logs" | "logs/dup";

/**
 * Lists the options of `openTelemetry()`. All are optional.
 * @example
 * const options: OpenTelemetryOptions = { contract: shop, exceptions: "events" };
 * openTelemetry(api, options);
 */
export interface OpenTelemetryOptions {
  /** Contracts of this process, whose codes may be values of `error.type`. Default `functionGraph`. */
  readonly contract?: Contract | readonly Contract[];
  /** `logs` of @opentelemetry/api-logs, which is needed to record exceptions as log records. Default none. */
  readonly logs?: LogsApi;
  /**
   * Signal of exceptions. Default: where `logs` is given, the environment variable OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN, "logs" or
   * "logs/dup" (semantic conventions 1.40 and later, exceptions); else "events".
   */
  readonly exceptions?: ExceptionSignal;
  /** Gives the span of a request where no HTTP instrumentation made it. Default: the server's span, else the active one. */
  span?(context: ProblemContext): OpenTelemetrySpan | undefined;
}

const scope = "@fg-errors/telemetry";

/** Lists the methods that an attribute may have as its value; any other is "_OTHER" (semantic conventions 1.44, http.request.method). */
const methods = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" "));

/**
 * Reports problems to OpenTelemetry: a counter, `fg_errors.problems`; attributes of the server's span; and for a 5xx its error status, its
 * `error.type`, and the cause. A 4xx is no error of a server (semantic conventions 1.44, HTTP spans).
 * @param api @opentelemetry/api 1, which the application imports
 * @returns a function that ends the reports
 * @throws TypeError for an option that is unknown or wrong
 * @example openTelemetry(api, { contract: shop });
 */
export function openTelemetry(api: OpenTelemetryApi, options: OpenTelemetryOptions = {}): () => void {
  if (typeof api?.trace?.getSpan !== "function") throw new TypeError("openTelemetry: the api must be @opentelemetry/api");
  checkTelemetryOptions(options, "openTelemetry", {
    contract: isContracts,
    logs: {
      takes: "logs of @opentelemetry/api-logs",
      valid: (value) => typeof (value as LogsApi | null)?.getLogger === "function",
    },
    exceptions: {
      takes: '"events", "logs" or "logs/dup"',
      valid: (value) => value === "events" || value === "logs" || value === "logs/dup",
    },
    span: { takes: "a function", valid: (value) => typeof value === "function" },
  });
  const { contract, logs, exceptions = logs ? signalOfEnvironment() : "events" } = options;
  if (exceptions !== "events" && !logs)
    throw new TypeError(`openTelemetry: option "exceptions": "${exceptions}" needs the option "logs"`);

  const count = guardHook("the counter of openTelemetry()", createCount(api));
  const spanOf = guardHook("the option span of openTelemetry()", (context: ProblemContext) => options.span?.(context), identity);
  const annotate = guardHook("the span of openTelemetry()", annotateSpan);
  const recordEvent = guardHook("the exception of openTelemetry()", recordOnSpan);
  const recordLog = guardHook("the log record of openTelemetry()", emitRecord);
  return subscribeOnce(api.trace, contract, "openTelemetry()", (message, type) => {
    count(message, type);
    const { problem, context } = message;
    const arrived = requestContext(api, context);
    const span = spanOf(context) ?? serverSpan(api, arrived);
    const exception = problem.status >= 500 ? exceptionOf(problem.cause) : undefined;
    const recorded = problem.routine ? undefined : exception;
    if (span?.isRecording()) {
      annotate(span, message, type, exception);
      if (recorded && exceptions !== "logs") recordEvent(span, recorded);
    }
    if (recorded && exceptions !== "events") recordLog(logs!, span ? api.trace.setSpan(arrived, span) : arrived, recorded);
  });
}

const identity = <Value>(value: Value) => value;

function signalOfEnvironment(): ExceptionSignal {
  const { OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: signal } = process.env;
  return signal === "logs" || signal === "logs/dup" ? signal : "events";
}

/** Makes the function that counts. A meter of a time before the SDK has started counts nothing, so another provider gets another counter. */
function createCount(api: OpenTelemetryApi) {
  let provider: Meters | undefined;
  let counter: ReturnType<ReturnType<Meters["getMeter"]>["createCounter"]>;
  return ({ problem, context }: ProblemMessage, type: string) => {
    const current = api.metrics.getMeterProvider();
    if (current !== provider) {
      const description = "Failures that were answered by the error contract, or that cut a response.";
      counter = current.getMeter(scope).createCounter("fg_errors.problems", { description, unit: "{problem}" });
      provider = current;
    }
    counter.add(1, {
      "error.type": type,
      "fg_errors.status": Number(statusLabel(problem.status)),
      "fg_errors.response_started": context.responseStarted,
      "http.request.method": methods.has(context.method ?? "") ? context.method! : "_OTHER",
    });
  };
}

/** Emits an exception as an event of the logs (semantic conventions 1.44, HTTP exceptions). */
function emitRecord(logs: LogsApi, context: OpenTelemetryContext, { name, message, stack }: Exception): void {
  logs.getLogger(scope).emit({
    eventName: "http.server.request.exception",
    severityNumber: 17,
    severityText: "ERROR",
    attributes: { "exception.type": name, "exception.message": message, "exception.stacktrace": stack },
    context,
  });
}

import type { ProblemContext } from "@fg-errors/core";
import { read } from "@fg-errors/core/adapter";

/**
 * Describes the part of a span of OpenTelemetry that is used.
 * @example
 * const span: OpenTelemetrySpan | undefined = api.trace.getActiveSpan();
 * openTelemetry(api, { span: () => span });
 */
export interface OpenTelemetrySpan {
  isRecording(): boolean;
  setAttributes(attributes: Record<string, string | number | boolean>): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- a time in one of the forms of @opentelemetry/api
  end(...time: any[]): unknown;
  recordException(exception: { name: string; message: string; stack: string }): unknown;
}

/**
 * Describes the part of a context of OpenTelemetry that is used.
 * @example const context: OpenTelemetryContext = api.context.active();
 */
export interface OpenTelemetryContext {
  getValue(key: symbol): unknown;
}

/** Describes the part of @opentelemetry/api that finds contexts and spans. */
export interface ContextApi {
  readonly context: { active(): OpenTelemetryContext };
  readonly trace: {
    getSpan(context: OpenTelemetryContext): OpenTelemetrySpan | undefined;
    setSpan(context: OpenTelemetryContext, span: OpenTelemetrySpan): OpenTelemetryContext;
  };
  createContextKey(description: string): symbol;
}

/** Names the value of a context that the HTTP instrumentation keeps the server's span in, for the instrumentations of frameworks. */
const rpcMetadata = "OpenTelemetry SDK Context Key RPC_METADATA";

/**
 * Gives the context in which a request arrived. The active one may be of another request: a socket that several requests to an upstream use
 * emits its errors in the context of the first. The HTTP instrumentation binds the request and the response, so that a listener of
 * theirs runs in the right one.
 */
export function requestContext(api: ContextApi, { request, response }: ProblemContext): OpenTelemetryContext {
  const emitter = [request, read(request, "req"), response, read(response, "res")].find(isEmitter);
  let found = api.context.active();
  emitter?.once("fg-errors:context", () => (found = api.context.active()));
  emitter?.emit("fg-errors:context");
  return found;
}

/**
 * Finds the server's span of a context: a framework's instrumentation may have made another one the active span. Without the HTTP
 * instrumentation, it is the active one.
 */
export function serverSpan(api: ContextApi, context: OpenTelemetryContext): OpenTelemetrySpan | undefined {
  const span = read(context.getValue(api.createContextKey(rpcMetadata)), "span") as OpenTelemetrySpan | undefined;
  return span ?? api.trace.getSpan(context);
}

interface Emitter {
  once(event: string, listener: () => void): unknown;
  emit(event: string): unknown;
}

function isEmitter(value: unknown): value is Emitter {
  return typeof read(value, "once") === "function" && typeof read(value, "emit") === "function";
}

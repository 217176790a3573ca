// The real SDK of OpenTelemetry, with the instrumentations of node:http, Express and Koa: registered before the frameworks are loaded.
import { EventEmitter, once } from "node:events";
import { createRequire } from "node:module";
import * as api from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { ExpressInstrumentation } from "@opentelemetry/instrumentation-express";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { KoaInstrumentation } from "@opentelemetry/instrumentation-koa";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
} from "@opentelemetry/sdk-metrics";
import { NodeTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type createExpress from "express";
import type Koa from "koa";

const ended = new EventEmitter();
const spans: ReadableSpan[] = [];

const provider = new NodeTracerProvider({
  spanProcessors: [
    {
      onStart() {},
      onEnd(span) {
        spans.push(span);
        ended.emit("span");
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
});
provider.register();

/** Waits until the server's span of a path has ended, and gives it. */
export async function serverSpanFor(path: string): Promise<ReadableSpan> {
  for (;;) {
    const found = spans.find(({ kind, attributes }) => kind === api.SpanKind.SERVER && attributes["url.path"] === path);
    if (found) return found;
    await once(ended, "span");
  }
}

/** Gives the spans below another one. */
export function childrenOf(parent: ReadableSpan): readonly ReadableSpan[] {
  const { traceId } = parent.spanContext();
  return spans.filter((span) => span !== parent && span.spanContext().traceId === traceId);
}

const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1_000_000 });

/** Starts the SDK's metrics, as an application may do after telemetry. */
export function startMetrics(): void {
  api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
}

/** Gives the points of fg_errors.problems. */
export async function problemPoints(): Promise<readonly DataPoint<number>[]> {
  metricExporter.reset();
  await reader.forceFlush();
  const metrics = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const found = metrics.find(({ descriptor }) => descriptor.name === "fg_errors.problems");
  return (found?.dataPoints ?? []) as DataPoint<number>[];
}

/** Keeps the log records. */
export const logExporter = new InMemoryLogRecordExporter();
logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: logExporter })] }));

/** Sets the attribute as version 0.300 of the instrumentation and later ones do, which need a later Node than our tests. */
function setErrorType(span: api.Span, _request: unknown, { statusCode }: { readonly statusCode?: number | undefined }): void {
  if (statusCode! >= 500) span.setAttribute("error.type", String(statusCode)).setStatus({ code: api.SpanStatusCode.ERROR });
}

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({ applyCustomAttributesOnSpan: setErrorType }),
    new ExpressInstrumentation(),
    new KoaInstrumentation(),
  ],
});

// The instrumentations patch what is required, not what vitest has imported.
const require = createRequire(import.meta.url);
require("http");

/** The frameworks with their instrumentations. */
export const frameworks = {
  express5: require("express") as typeof createExpress,
  express4: require("express4") as typeof createExpress,
  koa3: require("koa") as typeof Koa,
  koa2: require("koa2") as typeof Koa,
};

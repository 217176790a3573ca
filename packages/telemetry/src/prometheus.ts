import type { Contract } from "@fg-errors/core";
import { checkTelemetryOptions, isContracts } from "./telemetry-options.js";
import { statusLabel } from "./error-type.js";
import { subscribeOnce } from "./subscribe-once.js";

/**
 * Describes the part of a registry of prom-client that is used.
 * @example
 * const registry: PrometheusRegistry = new promClient.Registry();
 * prometheus(promClient, { registry });
 */
export interface PrometheusRegistry {
  getSingleMetric(name: string): unknown;
}

interface CounterConfiguration {
  name: string;
  help: string;
  labelNames: ("status" | "type" | "started")[];
  // oxlint-disable-next-line typescript/no-explicit-any -- prom-client's registries have a type parameter that no user should have to name
  registers: any[];
}

interface Counter {
  inc(labels: Record<"status" | "type" | "started", string>): void;
}

/**
 * Describes the part of prom-client that is used.
 * @example
 * const client: PrometheusClient = promClient; // import promClient from "prom-client"
 * prometheus(client);
 */
export interface PrometheusClient {
  readonly register: PrometheusRegistry;
  readonly Counter: new (configuration: CounterConfiguration) => Counter;
}

/**
 * Lists the options of `prometheus()`. All are optional.
 * @example
 * const options: PrometheusOptions = { registry: new promClient.Registry(), contract: shop };
 * prometheus(promClient, options);
 */
export interface PrometheusOptions {
  /** Registry that gets the counter. Default prom-client's own, `register`. */
  readonly registry?: PrometheusRegistry;
  /** Contracts of this process, whose codes may be values of the label `type`. Default `functionGraph`. */
  readonly contract?: Contract | readonly Contract[];
}

const name = "fg_errors_problems_total";

/**
 * Counts problems with prom-client, as `fg_errors_problems_total{status,type,started}`. `started` says whether the response had begun, so
 * that it was cut. A registry has the counter once, and each problem counts once, however often this is called.
 * @param client prom-client 14 or 15, which the application imports
 * @returns a function that ends the counting
 * @throws TypeError for an option that is unknown or wrong
 * @example prometheus(promClient, { contract: shop });
 */
export function prometheus(client: PrometheusClient, options: PrometheusOptions = {}): () => void {
  if (typeof client?.Counter !== "function") throw new TypeError("prometheus: the client must be prom-client");
  checkTelemetryOptions(options, "prometheus", {
    registry: {
      takes: "a Registry of prom-client",
      valid: (value) => typeof (value as PrometheusRegistry | null)?.getSingleMetric === "function",
    },
    contract: isContracts,
  });
  const { registry = client.register, contract } = options;
  const counter =
    (registry.getSingleMetric(name) as Counter | undefined) ??
    new client.Counter({
      name,
      help: "Failures that were answered by the error contract, or that cut a response.",
      labelNames: ["status", "type", "started"],
      registers: [registry],
    });
  return subscribeOnce(counter, contract, "prometheus()", ({ problem, context }, type) =>
    counter.inc({ status: statusLabel(problem.status), type, started: String(context.responseStarted) }),
  );
}

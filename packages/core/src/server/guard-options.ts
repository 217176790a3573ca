import { checkOptions, type OptionCheck, type ResponderOptions } from "../responder/options.js";
import type { LoadLimits } from "./load-shedding.js";

/**
 * Lists the options of guardServer(): those of `fgErrors()`, and the limits above which requests are refused.
 * @example
 * const options: GuardOptions = { service: "SHOP", maxInFlight: 1000 };
 * guardServer(createServer(app), options).listen(8080);
 */
export interface GuardOptions extends ResponderOptions, LoadLimits {}

const limitChecks: Readonly<Record<keyof LoadLimits, OptionCheck>> = {
  maxInFlight: { takes: "requests, an integer from 1", valid: (value) => Number.isInteger(value) && Number(value) >= 1 },
  maxEventLoopDelay: { takes: "milliseconds, a number from 1", valid: (value) => Number.isFinite(value) && Number(value) >= 1 },
};

/**
 * Checks the options, and splits them into the limits and the responder's own.
 * @throws TypeError with the name of the first option that is unknown or wrong, and what it accepts
 */
export function splitOptions(options: GuardOptions): {
  readonly limits: LoadLimits;
  readonly responderOptions: ResponderOptions;
} {
  checkOptions(options, "guardServer", limitChecks);
  const { maxInFlight, maxEventLoopDelay, ...responderOptions } = options;
  return { limits: { maxInFlight, maxEventLoopDelay }, responderOptions };
}

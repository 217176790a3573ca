import { checkOptions, type OptionCheck, type ResponderOptions } from "../responder/options.js";
import type { LoadLimits } from "./load-shedding.js";

/** Those of `fgErrors()`, and when to take no more requests. */
export interface GuardOptions extends ResponderOptions, LoadLimits {}

const checks: Readonly<Record<keyof LoadLimits, OptionCheck>> = {
  maxInFlight: { takes: "requests, an integer from 1", valid: (value) => Number.isInteger(value) && Number(value) >= 1 },
  maxEventLoopDelay: { takes: "milliseconds, a number from 1", valid: (value) => Number.isFinite(value) && Number(value) >= 1 },
};

/**
 * Takes the two apart.
 * @throws TypeError naming the first option that is unknown or wrong, and what it takes
 */
export function splitOptions(options: GuardOptions): { readonly limits: LoadLimits; readonly own: ResponderOptions } {
  checkOptions(options, "guardServer", checks);
  const { maxInFlight, maxEventLoopDelay, ...own } = options;
  return { limits: { maxInFlight, maxEventLoopDelay }, own };
}

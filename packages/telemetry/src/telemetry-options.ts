import { isContract } from "@fg-errors/core/adapter";

/** Describes the values that an option accepts. */
interface TelemetryOption {
  readonly takes: string;
  readonly valid: (value: unknown) => boolean;
}

/** Checks the option `contract`. */
export const isContracts: TelemetryOption = {
  takes: "functionGraph, what defineContract returns, or an array of contracts",
  valid: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isContract) : isContract(value)),
};

/**
 * Checks options.
 * @param caller named in the error
 * @throws TypeError with the first option that is unknown or wrong, and what it accepts
 */
export function checkTelemetryOptions(options: unknown, caller: string, checks: Readonly<Record<string, TelemetryOption>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`${caller}: options must be an object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name))
      throw new TypeError(`${caller}: there is no option "${name}"; the options are ${Object.keys(checks).join(", ")}`);
    const { takes, valid } = checks[name]!;
    if (value !== undefined && !valid(value)) throw new TypeError(`${caller}: option "${name}" takes ${takes}`);
  }
}

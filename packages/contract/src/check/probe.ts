/** Describes the service that is checked. */
export interface Target {
  readonly protocol: "http:" | "https:";
  /** Host name or address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the field Host. */
  readonly host: string;
  /** Path below which the probes ask, with a slash at its end. */
  readonly base: string;
  /** Path that takes JSON, if an OpenAPI document names one; else `base`. */
  readonly jsonPath: string;
  /** Path of any operation, if an OpenAPI document names one; else `base`. */
  readonly knownPath: string;
}

/** Describes one request that provokes a failure, and what its answer must be. */
export interface Probe {
  readonly name: string;
  /** What the request is about, for people. */
  readonly summary: string;
  /** The octets of the request, as Latin-1. */
  readonly octets: (target: Target) => string;
  /** Whether a success breaks the contract, since the request cannot be served. Default false: a success is skipped. */
  readonly mustFail?: true;
  /** Whether the method is HEAD, so that the answer has no content. */
  readonly head?: true;
  /** Text that the answer must not repeat. */
  readonly secret?: string;
  /** Value that X-Request-Id must have. */
  readonly requestId?: string;
}

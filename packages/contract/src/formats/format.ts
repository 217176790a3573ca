import type { Contract } from "@fg-errors/core";
import type { OpenApiVersion } from "../openapi/version.js";

/** Describes how a format is written. */
export interface FormatOptions {
  /** Version of OpenAPI, for the formats that have one. */
  readonly openapi: OpenApiVersion;
}

/** Writes a contract as text. */
export type Format = (contract: Contract, options: FormatOptions) => string;

/** Writes JSON as files have it. */
export const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

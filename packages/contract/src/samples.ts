import {
  createResponder,
  normalizeError,
  problem,
  UpstreamError,
  type CatalogueRow,
  type Contract,
  type ProblemBody,
  type Rendered,
} from "@fg-errors/core";
import { membersSchema, unescapePointer, type JsonSchema } from "./members-schema.js";

/** Describes the request of every example. */
const request = { method: "GET", url: "/orders/17", headers: { "x-request-id": "a1b2c3" } };

/**
 * Gives the body that core sends for a problem, with sample values: so an example cannot differ from what a service answers.
 * @returns undefined for a row whose schema accepts no sample
 */
export function exampleOfRow(contract: Contract, row: CatalogueRow): ProblemBody | undefined {
  try {
    const create = row as unknown as (members: object, options: object) => Error;
    const { body } = exampleAnswer(contract, create(sampleOfMembers(membersSchema(row)) as object, { stack: false }));
    return JSON.parse(body) as ProblemBody;
  } catch {
    return undefined;
  }
}

/** Gives the body that core sends for a status without a problem of its own. */
export function exampleOfStatus(contract: Contract, status: number): ProblemBody {
  return JSON.parse(answerOfStatus(contract, status).body) as ProblemBody;
}

/** Gives all that core sends for a status without a problem of its own. */
export function answerOfStatus(contract: Contract, status: number): Rendered {
  return exampleAnswer(contract, problem(status, undefined, { stack: false }));
}

/**
 * Gives the status that core sends in place of an error status.
 * @param upstream whether an upstream answered it. Default false
 */
export function foldedStatus(contract: Contract, status: number, upstream = false): number {
  const thrown = upstream ? new UpstreamError({ status, upstream }, undefined) : problem(status, undefined, { stack: false });
  return normalizeError(thrown, { contract }).status;
}

function exampleAnswer(contract: Contract, thrown: Error): Rendered {
  return createResponder({ contract, onError: () => {} })(thrown, request);
}

/** Describes the keywords of JSON Schema that lead to a sample. */
interface Sampled {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly anyOf?: readonly Sampled[];
  readonly properties?: Readonly<Record<string, Sampled>>;
}

/** Makes a value that a schema accepts, if the schema is a simple one. */
function sampleOfMembers(schema: JsonSchema): unknown {
  const definitions = (schema["$defs"] ?? {}) as Readonly<Record<string, Sampled>>;
  return sampleOf(schema, []);

  function sampleOf(schema: Sampled, within: readonly string[]): unknown {
    const given = schema.examples?.[0] ?? schema.example ?? schema.const ?? schema.enum?.[0] ?? schema.default;
    if (given !== undefined) return given;
    const name = schema.$ref === undefined ? undefined : unescapePointer(schema.$ref.replace("#/$defs/", ""));
    if (name !== undefined) return within.includes(name) ? undefined : sampleOf(definitions[name] ?? {}, [...within, name]);
    if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0], within);
    const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
    if (type === "object") {
      const entries = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, sampleOf(inner, within)] as const);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    return type === "string" ? (stringSamples[schema.format ?? ""] ?? "example") : samples[type ?? ""]?.(schema);
  }
}

const samples: Readonly<Record<string, (schema: Sampled) => unknown>> = {
  number: ({ minimum = 1 }) => minimum,
  integer: ({ minimum = 1 }) => minimum,
  boolean: () => true,
  array: () => [],
  null: () => null,
};

const stringSamples: Readonly<Record<string, string>> = {
  "date-time": "2030-01-01T00:00:00.000Z",
  date: "2030-01-01",
  email: "name@example.com",
  uri: "https://www.example.com/",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
};

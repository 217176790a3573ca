import type { CatalogueRow, StandardSchema } from "../contract/catalogue-row.js";
import { isRecord, read } from "../util/safe-read.js";
import { placeholderValue, type MessageValues, type Simplify } from "./message-format.js";
import { reservedMembers } from "./extensions.js";

/**
 * Gives the members that an error of a row takes: those of the placeholders, and those of the row's schema.
 * @example type Members = GivenMembers<"Only {left, number} of {sku} are left.", undefined>; // { left: number; sku: string }
 */
export type GivenMembers<Detail extends string, Schema> = Simplify<MessageValues<Detail> & SchemaInput<Schema>>;
type SchemaInput<Schema> = Schema extends StandardSchema<infer Input> ? Input : unknown;

/**
 * Creates the function that reads the members of a row from what an application gave.
 * @returns a function that throws a TypeError naming the code, the member and what it takes
 */
export function catalogueMembers({
  code,
  placeholders,
  members: schema,
}: CatalogueRow): (given: unknown) => Record<string, unknown> {
  const entries = Object.entries(placeholders);
  return (given) => {
    const values: Record<string, unknown> = {};
    for (const [name, kind] of entries) {
      const value = placeholderValue(kind, read(given, name));
      if (value === undefined) throw new TypeError(`${code}: the member ${name} takes ${kindNames[kind]}`);
      values[name] = value;
    }
    return schema ? { ...validate(schema, given, code, placeholders), ...values } : values;
  };
}

const kindNames = { string: "a string", number: "a finite number", date: "a Date or an ISO 8601 text" } as const;

/** Validates what the placeholders do not name. */
function validate(schema: StandardSchema, given: unknown, code: string, placeholders: object): Record<string, unknown> {
  const others = Object.fromEntries(Object.entries(given ?? {}).filter(([name]) => !Object.hasOwn(placeholders, name)));
  const result = schema["~standard"].validate(others);
  if (typeof read(result, "then") === "function")
    throw new TypeError(`${code}: the schema of the members has to validate without waiting`);
  const issues = read(result, "issues");
  if (issues !== undefined)
    throw new TypeError(`${code}: ${pathOf(read(issues, 0))} is not valid: ${String(read(issues, 0, "message"))}`);
  const value = read(result, "value");
  if (!isRecord(value)) throw new TypeError(`${code}: the schema of the members has to give an object`);
  const standard = reservedMembers.find((name) => Object.hasOwn(value, name));
  if (standard !== undefined) throw new TypeError(`${code}: ${standard} is a standard member of the body`);
  return value as Record<string, unknown>;
}

function pathOf(issue: unknown): string {
  const path = read(issue, "path");
  if (!Array.isArray(path) || path.length === 0) return "a member";
  return `the member ${path.map((step) => String(isRecord(step) ? read(step, "key") : step)).join(".")}`;
}

/** Lists the members that were found on a domain error, and the names of those that are missing or not valid. */
interface FoundMembers {
  readonly members: Readonly<Record<string, unknown>>;
  readonly missing: readonly string[];
}

/**
 * Creates the function that reads the members of a row off a domain error, by name. Nothing else of the error is read. It never
 * throws: the error may have been written without the catalogue in mind.
 */
export function membersOfError({ code, placeholders, members: schema }: CatalogueRow): (error: object) => FoundMembers {
  const entries = Object.entries(placeholders);
  const names = (schema && memberNames(schema)) ?? [];
  return (error) => {
    const members: Record<string, unknown> = {};
    const missing: string[] = [];
    for (const [name, kind] of entries) {
      const value = read(error, name);
      const fit = placeholderValue(kind, kind === "string" && isScalar(value) ? String(value) : value);
      if (fit === undefined) missing.push(name);
      else members[name] = fit;
    }
    if (!schema) return { members, missing };
    try {
      const found = names.map((name) => [name, read(error, name)] as const);
      const given = Object.fromEntries(found.filter(([, value]) => value !== undefined)); // an optional member may not be undefined
      return { members: { ...validate(schema, given, code, placeholders), ...members }, missing };
    } catch {
      return { members, missing: [...missing, ...names] };
    }
  };
}

const isScalar = (value: unknown) => ["number", "bigint", "boolean"].includes(typeof value);

/** Lists the members that a schema names, by Standard JSON Schema; undefined for a schema that cannot say. */
export function memberNames(schema: StandardSchema): readonly string[] | undefined {
  try {
    const written = schema["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
    const [, definition] = /^#\/\$defs\/(.+)$/.exec(String(read(written, "$ref"))) ?? []; // a schema that refers to itself
    const properties = definition === undefined ? read(written, "properties") : read(written, "$defs", definition, "properties");
    return isRecord(properties) ? Object.keys(properties) : undefined;
  } catch {
    return undefined;
  }
}

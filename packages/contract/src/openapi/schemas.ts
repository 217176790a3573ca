import type { CatalogueRow, Contract } from "@fg-errors/core";
import { membersSchema, unescapePointer, type JsonSchema } from "../members-schema.js";
import type { OpenApiVersion } from "./version.js";

/** Refers to a component of the same document. */
export const componentRef = (kind: "schemas" | "responses" | "headers", name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});

/** Names the schema of a row. */
export const schemaName = ({ key }: CatalogueRow) => `${key[0]!.toUpperCase()}${key.slice(1)}Problem`;

/** Lists the error statuses of a contract. */
export const errorStatuses = ({ statuses }: Contract) =>
  Object.keys(statuses)
    .map(Number)
    .filter((status) => status >= 400);

/** Gives the schemas of a contract's bodies by name: the generic ones, and one for each row. */
export function problemSchemas(contract: Contract, version: OpenApiVersion): Record<string, object> {
  const rows = Object.values(contract.problems ?? {});
  return {
    FieldError: fieldErrorSchema(version),
    Problem: genericProblem(contract, version),
    ...Object.fromEntries(rows.flatMap((row) => rowSchemas(row, version))),
  };
}

function fieldErrorSchema(version: OpenApiVersion): object {
  return {
    type: "object",
    description: "One invalid field: its place, and what is wrong with it. The value that was sent is never repeated.",
    required: ["detail"],
    properties: {
      pointer: {
        type: "string",
        description: "JSON Pointer into the content, as a URI fragment.",
        ...example("#/items/0/price", version),
      },
      parameter: { type: "string", description: "Name of a query, path or form parameter." },
      header: { type: "string", description: "Name of a request header field." },
      detail: { type: "string", description: "Description of the error." },
    },
  };
}

function genericProblem(contract: Contract, version: OpenApiVersion): object {
  const text = (description: string, more: object = {}) => ({ type: "string", description, ...more });
  return {
    type: "object",
    description: `The body of every failure (RFC 9457), by the contract "${contract.name}".`,
    required: ["type", "title", "status", "detail", "instance", "error_code", "error_msg", "request_id"],
    properties: {
      type: text("URI of the kind of problem.", { format: "uri-reference", ...example("about:blank", version) }),
      title: text("Summary of the kind of problem."),
      status: { type: "integer", enum: errorStatuses(contract), description: "The response's status." },
      detail: text("Description of this failure, for people."),
      instance: text("The request's path, without its query.", { format: "uri-reference" }),
      error_code: text("Code of the failure, for programs.", { pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$" }),
      error_msg: text("The same as detail."),
      request_id: text("The request's id, also sent as X-Request-Id.", { pattern: "^[A-Za-z0-9._-]{1,128}$" }),
      errors: { type: "array", description: "Invalid fields.", items: componentRef("schemas", "FieldError") },
    },
  };
}

/** Gives the schema of a row, and those that the schema of its members defines: OpenAPI has no place for them but components. */
function rowSchemas(row: CatalogueRow, version: OpenApiVersion): readonly (readonly [name: string, schema: object])[] {
  const name = schemaName(row);
  const members = membersSchema(row, version === "3.0" ? "openapi-3.0" : "draft-2020-12");
  const defined = { ...(members["$defs"] as object | undefined), ...(members["definitions"] as object | undefined) };
  return relocateRefs(
    [
      [name, rowSchema(row, members, version)],
      ...Object.entries(defined).map(([key, schema]) => [definedName(name, key), schema]),
    ],
    name,
  ) as [string, object][];
}

function rowSchema(row: CatalogueRow, { properties, required }: JsonSchema, version: OpenApiVersion): object {
  const { title, docs, deprecated, retry, owner, since } = row;
  const fixed = { type: row.type, status: row.status, error_code: row.code };
  const fixedSchemas = Object.entries(fixed).map(([name, value]) => [name, constant(value, version)] as const);
  return {
    description: [title, docs].filter(Boolean).join(".\n\n"),
    allOf: [
      componentRef("schemas", "Problem"),
      {
        type: "object",
        required: [...Object.keys(fixed), ...required],
        properties: { ...Object.fromEntries(fixedSchemas), ...properties },
      },
    ],
    ...(deprecated && { deprecated: true, "x-deprecated": deprecated }),
    "x-retry": retry,
    ...(owner && { "x-owner": owner }),
    ...(since && { "x-since": since }),
  };
}

/** Names the component of a definition: letters, digits, "_", "." and "-". */
const definedName = (name: string, key: string) => `${name}.${key.replace(/[^\w.-]/g, "_")}`;

/** Makes references to the definitions of a schema refer to components. */
function relocateRefs(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((each) => relocateRefs(each, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const [, definition, rest] = (key === "$ref" && /^#\/(?:\$defs|definitions)\/([^/]+)(.*)$/.exec(String(inner))) || [];
      if (definition === undefined) return [key, relocateRefs(inner, name)];
      return [key, componentRef("schemas", definedName(name, unescapePointer(definition)) + rest!).$ref];
    }),
  );
}

/** Gives the schema of one value. OpenAPI 3.0 has no `const`. */
function constant(value: string | number, version: OpenApiVersion): object {
  const type = typeof value === "number" ? "integer" : "string";
  return version === "3.0" ? { type, enum: [value] } : { type, const: value };
}

const example = (value: unknown, version: OpenApiVersion) => (version === "3.0" ? { example: value } : { examples: [value] });

import type { CatalogueRow, PlaceholderKind } from "@fg-errors/core";

/** Describes a JSON Schema of an object, as plain data. */
export interface JsonSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  readonly [keyword: string]: unknown;
}

/** Names the dialects of JSON Schema that Standard JSON Schema can write. */
export type Dialect = "draft-2020-12" | "openapi-3.0";

const kindSchemas: Readonly<Record<PlaceholderKind, object>> = {
  string: { type: "string" },
  number: { type: "number" },
  date: { type: "string", format: "date-time" },
};

/** Gives the JSON Schema of the members that a problem has besides the standard ones: of its placeholders and of its own schema. */
export function membersSchema({ placeholders, members }: CatalogueRow, dialect: Dialect = "draft-2020-12"): JsonSchema {
  const named = Object.entries(placeholders).map(([name, kind]) => [name, kindSchemas[kind]] as const);
  const own = members ? writtenSchema(members["~standard"].jsonSchema, dialect) : {};
  const {
    properties = {},
    required = [],
    $schema: _dialect,
    additionalProperties: _open,
    ...others
  } = own as Partial<JsonSchema>;
  return {
    ...others,
    type: "object",
    properties: { ...Object.fromEntries(named), ...properties },
    required: [...named.map(([name]) => name), ...required],
  };
}

type SchemaWriter = NonNullable<NonNullable<CatalogueRow["members"]>["~standard"]["jsonSchema"]>;

/** Writes the schema of what is sent. A schema that cannot be written says nothing about its members. */
function writtenSchema(writer: SchemaWriter | undefined, dialect: Dialect): object {
  try {
    return (writer?.output ?? writer?.input)?.({ target: dialect }) ?? {};
  } catch {
    return {};
  }
}

import type { CatalogueRow, PlaceholderKind } from "@fg-errors/core";

/**
 * Describes a JSON Schema of an object, as plain data.
 * @example
 * const members: JsonSchema | undefined = contractDocument(shop).problems["outOfStock"]?.members;
 * members?.required; // ["left", "sku"]
 */
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
  const own = members ? rootOf(writtenSchema(members["~standard"].jsonSchema, dialect)) : {};
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

/**
 * Gives the schema of the members itself, where a library writes a reference to a definition in its place. A reference to the whole schema
 * becomes one to a definition, since the whole has more members here.
 */
function rootOf(written: object): object {
  const { $ref, ...schema } = written as { readonly $ref?: string; readonly $defs?: Readonly<Record<string, object>> };
  const [, definition] = /^#\/\$defs\/([^/]+)$/.exec($ref ?? "") ?? [];
  if (definition !== undefined) return { ...schema, ...schema.$defs?.[unescapePointer(definition)] };
  const text = JSON.stringify(schema);
  if (!text.includes('"$ref":"#"')) return schema;
  const {
    $schema: _dialect,
    $defs,
    ...whole
  } = JSON.parse(text.replaceAll('"$ref":"#"', '"$ref":"#/$defs/members"')) as {
    readonly $schema?: string;
    readonly $defs?: object;
  };
  return { ...whole, $defs: { ...$defs, members: whole } };
}

/** Reads a step of a JSON Pointer in a URI fragment (RFC 6901). */
export function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~").replaceAll("%25", "%").replaceAll("%20", " ");
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

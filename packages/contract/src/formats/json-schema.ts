import type { Contract } from "@fg-errors/core";
import { problemSchemas, schemaName } from "../openapi/schemas.js";
import { jsonText, type Format } from "./format.js";

/** Writes a JSON Schema (2020-12) of the body of every failure: a problem of the catalogue, or a generic one. */
export const jsonSchema: Format = (contract) => jsonText(bodySchema(contract));

function bodySchema(contract: Contract): object {
  const rows = Object.values(contract.problems ?? {});
  const defs = JSON.parse(
    JSON.stringify(problemSchemas(contract, "3.1")).replaceAll('"#/components/schemas/', '"#/$defs/'),
  ) as Record<string, object>;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Body of a failure by the contract "${contract.name}"`,
    anyOf: [...rows.map(schemaName), "Problem"].map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: defs,
  };
}

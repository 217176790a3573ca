import type { Contract } from "@fg-errors/core";
import { contractDocument } from "../document.js";
import { caddy } from "../edges/caddy.js";
import { haproxy } from "../edges/haproxy.js";
import { nginx } from "../edges/nginx.js";
import { apigImport } from "../edges/apig-import.js";
import { apig } from "../edges/apig.js";
import { aws } from "../edges/aws.js";
import { envoy } from "../edges/envoy.js";
import { openApiComponents, referredComponents } from "../openapi/components.js";
import { componentRef, problemSchemas, schemaName } from "../openapi/schemas.js";
import { versionTexts } from "../openapi/version.js";
import { jsonText, type Format, type FormatOptions } from "./format.js";
import { spectral } from "./spectral.js";
import { typescript } from "./typescript.js";

/** Lists the formats of `fg-errors export` by name. */
export const formats: Readonly<Record<string, Format>> = {
  json,
  "json-schema": jsonSchema,
  openapi,
  overlay,
  spectral,
  ts: typescript,
  nginx,
  haproxy,
  caddy,
  apig,
  "apig-import": apigImport,
  aws,
  envoy,
};

/** Writes the published document. */
function json(contract: Contract): string {
  return jsonText(contractDocument(contract));
}

/** Writes a JSON Schema (2020-12) of the body of every failure: a problem of the catalogue, or a generic one. */
function jsonSchema(contract: Contract): string {
  return jsonText(bodySchema(contract));
}

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

/** Writes an OpenAPI document that has components only: other documents refer to its responses. */
function openapi(contract: Contract, { openapi: version }: FormatOptions): string {
  return jsonText({
    openapi: versionTexts[version],
    info: {
      title: `Failures by the contract "${contract.name}"`,
      version: "1.0.0",
      description: "Every failure has one of these statuses and one of these bodies.",
    },
    servers: [{ url: "/" }],
    paths: {},
    components: openApiComponents(contract, version),
  });
}

/** Writes an Overlay 1.0 that gives every operation of an OpenAPI document the response `default`. */
function overlay(contract: Contract, { openapi: version }: FormatOptions): string {
  const response = componentRef("responses", "Problem");
  const components = referredComponents(openApiComponents(contract, version), response);
  return jsonText({
    overlay: "1.0.0",
    info: { title: `Failures by the contract "${contract.name}"`, version: "1.0.0" },
    actions: [
      { target: "$", update: { components } },
      { target: "$.paths.*[?(@.responses)].responses", update: { default: response } },
    ],
  });
}

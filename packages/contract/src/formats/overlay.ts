import { openApiComponents, referredComponents } from "../openapi/components.js";
import { componentRef } from "../openapi/schemas.js";
import { jsonText, type Format } from "./format.js";

/** Writes an Overlay 1.0 that gives every operation of an OpenAPI document the response `default`. */
export const overlay: Format = (contract, { openapi: version }) => {
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
};

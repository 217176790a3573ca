import { openApiComponents } from "../openapi/components.js";
import { versionTexts } from "../openapi/version.js";
import { jsonText, type Format } from "./format.js";

/** Writes an OpenAPI document that has components only: other documents refer to its responses. */
export const openapi: Format = (contract, { openapi: version }) =>
  jsonText({
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

import { stringify } from "yaml";
import type { Format } from "../formats/format.js";
import { apigLimits, apigName, apigRules } from "./apig-rules.js";
import { edgeComment } from "./edge-answers.js";

/** Writes a contract as an OpenAPI document for the import of APIs into Huawei Cloud's API Gateway: it has the response of a group only. */
export const apigImport: Format = (contract) => {
  const name = apigName(contract);
  const types = apigRules(contract).map(
    ({ type, status, body }) => [type, { status, body: { "application/json": body } }] as const,
  );
  const document = {
    openapi: "3.0.0",
    info: { title: name, version: "1.0.0" },
    paths: {},
    components: { "x-apigateway-responses": { [name]: Object.fromEntries(types) } },
  };
  return `${edgeComment(contract, [...apigLimits, "", ...usage(name)])}\n\n${stringify(document, { lineWidth: 0 })}`;
};

const usage = (name: string) => [
  "The document is to be merged into that of your APIs: its title would become the name of the group. Swagger 2.0 has x-apigateway-responses at",
  "the top of the document. Header fields of a response are not documented for the import: Cache-Control, X-Content-Type-Options and a challenge",
  "with a 401 need --format apig, or the console. Each operation names the response:",
  "",
  "    paths:",
  "      /orders:",
  "        get:",
  `          x-apigateway-response: ${name}`,
];

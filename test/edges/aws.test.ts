// The contract in Amazon API Gateway: the extension is checked by the documentation's table, and in a document by OpenAPI's parser.
import SwaggerParser from "@apidevtools/swagger-parser";
import { functionGraph } from "@fg-errors/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { orders30Text } from "../published/command.js";
import { assertAnswer, brokenText, edgeContracts, parseTemplate, sampleId, write } from "./edge-contracts.js";

/** Lists the response types and their statuses as AWS documents them ("Gateway response types for API Gateway"). */
const documented: Readonly<Record<string, number | null>> = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  DEFAULT_4XX: null,
  DEFAULT_5XX: null,
  EXPIRED_TOKEN: 403,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  INVALID_API_KEY: 403,
  INVALID_SIGNATURE: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  QUOTA_EXCEEDED: 429,
  REQUEST_TOO_LARGE: 413,
  RESOURCE_NOT_FOUND: 404,
  THROTTLED: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
  WAF_FILTERED: 403,
};
const naturalOf = (type: string) => documented[type] ?? (type === "DEFAULT_4XX" ? 400 : 500);

/** Describes the extension as the documentation of its objects does. */
const validate = new Ajv2020().compile({
  type: "object",
  required: ["x-generated-by", "x-amazon-apigateway-gateway-responses"],
  additionalProperties: false,
  properties: {
    "x-generated-by": { type: "string" },
    "x-amazon-apigateway-gateway-responses": {
      type: "object",
      propertyNames: { enum: Object.keys(documented) },
      required: Object.keys(documented),
      additionalProperties: {
        type: "object",
        required: ["statusCode", "responseParameters", "responseTemplates"],
        additionalProperties: false,
        properties: {
          statusCode: { type: "string", pattern: "^[1-5]\\d\\d$" },
          responseParameters: {
            type: "object",
            propertyNames: { pattern: "^gatewayresponse\\.header\\.[A-Za-z0-9-]+$" },
            additionalProperties: { type: "string", pattern: "^(?:'[^']+'|context\\.requestId)$" },
          },
          responseTemplates: {
            type: "object",
            required: ["application/json"],
            additionalProperties: { type: "string" },
          },
        },
      },
    },
  },
});

interface GatewayResponse {
  readonly statusCode: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

const responsesIn = (text: string) =>
  Object.entries(
    (JSON.parse(text) as { "x-amazon-apigateway-gateway-responses": Record<string, GatewayResponse> })[
      "x-amazon-apigateway-gateway-responses"
    ],
  );

/** Reads the header fields that a response sends. */
const fieldsOf = ({ responseParameters }: GatewayResponse) =>
  Object.fromEntries(
    Object.entries(responseParameters).map(([name, value]) => [
      name.replace("gatewayresponse.header.", ""),
      value === "context.requestId" ? sampleId : value.slice(1, -1),
    ]),
  );

describe.each(edgeContracts)("%s", (_kind, contract) => {
  it("has a response for each type, by the documented form", () => {
    expect([validate(JSON.parse(write("aws", contract))), validate.errors]).toEqual([true, null]);
  });

  it("keeps the contract in each", () => {
    for (const [type, response] of responsesIn(write("aws", contract))) {
      const body = parseTemplate(response.responseTemplates["application/json"]!);
      const fields = fieldsOf(response);
      expect(fields["content-type"]).toBe("application/problem+json");
      assertAnswer(contract, naturalOf(type), { status: Number(response.statusCode), body, fields });
    }
  });

  it("belongs to the top of an OpenAPI document", async () => {
    const document = { ...(parse(orders30Text) as object), ...(JSON.parse(write("aws", contract)) as object) };
    await SwaggerParser.validate(structuredClone(document) as never);
  });

  it("says that it is untested, when and from what it was written", () => {
    const { "x-generated-by": comment } = JSON.parse(write("aws", contract)) as { "x-generated-by": string };
    expect(comment).toMatch(/documentation of Amazon API Gateway \(read on \d+ \w+ 20\d\d\)\. Untested against the cloud\. /);
    expect(comment).toContain(JSON.stringify(contract.name));
  });
});

it("a message of the gateway, which may name what is inside, and the path, which a client chooses, are not sent", () => {
  expect(
    write("aws", functionGraph)
      .match(/\$context[\w.]*/g)!
      .every((name) => name === "$context.requestId"),
  ).toBe(true);
});

it("a text that is no Unicode is refused", () => {
  expect(() => write("aws", brokenText("description"))).toThrow(/^aws cannot quote a text of status 429, "Broken \\ud83d": /);
});

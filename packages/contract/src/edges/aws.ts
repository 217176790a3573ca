import { jsonText, type Format } from "../formats/format.js";
import { cloudAnswers, sentFields } from "./cloud-answers.js";
import { edgeBody, type EdgeAnswer } from "./edge-answers.js";

/** Writes a contract as the extension of OpenAPI for the gateway responses of a REST API in Amazon API Gateway. */
export const aws: Format = (contract) =>
  jsonText({
    "x-generated-by": `fg-errors, from the contract ${JSON.stringify(contract.name)}. ${comment.join(" ")}`,
    "x-amazon-apigateway-gateway-responses": Object.fromEntries(
      cloudAnswers(contract, "aws", statuses).map(([type, answer]) => [type, gatewayResponse(answer)]),
    ),
  });

/** Lists the sentences of a member that API Gateway ignores: JSON has no comments. */
const comment = [
  "Written from the documentation of Amazon API Gateway (read on 30 November 2026). Untested against the cloud.",
  "The members belong to the top of the OpenAPI document of a REST API; an HTTP API has no gateway responses.",
  "API Gateway cannot do this: errors of an integration pass as they are;",
  "a type that is not below leaves as the 400 or the 500 of DEFAULT_4XX and DEFAULT_5XX, since the body has to name one status;",
  '"instance" is always "/", since the path is not documented to be escaped;',
  "a client may choose the request's id (x-amzn-RequestId);",
  "an error has no Retry-After, and no Allow; a custom response of AWS WAF takes precedence.",
];

function gatewayResponse(answer: EdgeAnswer): object {
  const fields = sentFields(answer).map(([name, value]) => [name, `'${value}'`] as const);
  const parameters = [["content-type", "'application/problem+json'"], ...fields, ["x-request-id", "context.requestId"]] as const;
  return {
    statusCode: String(answer.status),
    responseParameters: Object.fromEntries(parameters.map(([name, value]) => [`gatewayresponse.header.${name}`, value])),
    responseTemplates: { "application/json": edgeBody(answer, syntax) },
  };
}

/**
 * Describes the templates of API Gateway. They are no VTL: variables are replaced, and nothing is escaped. The gateway's own message
 * ($context.error.messageString) can name what is inside, and a client chooses the path.
 */
const syntax = { requestId: "$context.requestId", instance: "/", special: /[$#]/g };

/** Has the statuses that API Gateway's response types have by default. DEFAULT_4XX and DEFAULT_5XX have the request's own, which no body can name. */
const statuses: Readonly<Record<string, number>> = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  DEFAULT_4XX: 400,
  DEFAULT_5XX: 500,
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

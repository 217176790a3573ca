import type { Contract } from "@fg-errors/core";
import { UsageError } from "../usage-error.js";
import { cloudAnswers, sentFields } from "./cloud-answers.js";
import { edgeBody } from "./edge-answers.js";

/** Describes what Huawei Cloud's API Gateway (APIG) answers for one type of its own errors. */
export interface ApigRule {
  readonly type: string;
  readonly status: number;
  /** JSON with APIG's variables in it. */
  readonly body: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Lists the rules of a group response.
 * @throws UsageError for a status that APIG does not take
 */
export function apigRules(contract: Contract): readonly ApigRule[] {
  return cloudAnswers(contract, "apig", statuses).map(([type, answer]) => {
    const { status } = answer;
    if (status === refusedStatus) throw new UsageError(`apig cannot send status ${status}, and ${type} is folded to it`);
    return { type, status, body: edgeBody(answer, syntax), fields: sentFields(answer) };
  });
}

/** Gives a name that APIG takes: 1 to 64 letters, digits, hyphens and underscores. */
export const apigName = ({ name }: Contract) => name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "contract";

/** Has the statuses that APIG's error types have by default. DEFAULT_4XX and DEFAULT_5XX have the request's own, which no body can name. */
const statuses: Readonly<Record<string, number>> = {
  ACCESS_DENIED: 403,
  AUTHORIZER_CONF_FAILURE: 500,
  AUTHORIZER_FAILURE: 500,
  AUTHORIZER_IDENTITIES_FAILURE: 401,
  AUTH_FAILURE: 401,
  AUTH_HEADER_MISSING: 401,
  BACKEND_TIMEOUT: 504,
  BACKEND_UNAVAILABLE: 502,
  DEFAULT_4XX: 400,
  DEFAULT_5XX: 500,
  NOT_FOUND: 404,
  REQUEST_PARAMETERS_FAILURE: 400,
  THIRD_AUTH_CONF_FAILURE: 500,
  THIRD_AUTH_FAILURE: 401,
  THIRD_AUTH_IDENTITIES_FAILURE: 401,
  THROTTLED: 429,
  UNAUTHORIZED: 401,
};

/** Names the one status from 200 to 599 that APIG does not take. */
const refusedStatus = 444;

/**
 * Describes the templates of APIG. The path of a request ($context.reqPath) is not documented to be escaped, and a client chooses it: it could
 * end the JSON text. The special characters begin variables of APIG and templates of Terraform.
 */
const syntax = { requestId: "$context.requestId", instance: "/", special: /[$%[\]]/g };

/** Lists the lines that the comments of both formats for APIG have. */
export const apigLimits = [
  "Written from the documentation of APIG and of the provider huaweicloud (read on 30 November 2026). Untested against the cloud.",
  "",
  "APIG cannot do this:",
  "- Errors of a backend pass as they are. So do types of APIG's errors that are not below: OIDC, JWT and orchestration.",
  "- An error of DEFAULT_4XX or DEFAULT_5XX leaves as 400 or 500: the body has to name one status.",
  '- "instance" is always "/": the path is not documented to be escaped.',
  "- An error of APIG has no Retry-After, and no Allow. APIG sends X-Request-Id by itself, and application/json.",
  "- An API group takes at most 4 responses, and a response at most 10 header fields. This is one response.",
];

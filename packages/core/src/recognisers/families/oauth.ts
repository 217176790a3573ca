import type { Finding } from "../../problem/finding.js";
import { classifyFault } from "../../proxy-errors/classify-fault.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { gatewayStatus } from "../http-clients/call-finding.js";
import { fault, sameRule, type Context, type Family } from "../rule.js";
import { invalidToken } from "./auth.js";

/** Recognises what clients of OAuth throw: passport-oauth2; oauth4webapi and openid-client, by their codes. */
export const oauth: Family = {
  names: {
    InternalOAuthError: oauthExchange,
    TokenError: oauthAnswer,
    Error: noTokenFinding,
  },
  codes: {
    ...sameRule(
      ["OAUTH_JWT_TIMESTAMP_CHECK_FAILED", "OAUTH_JWT_CLAIM_COMPARISON_FAILED", "OAUTH_KEY_SELECTION_FAILED"],
      invalidToken,
    ),
    ...sameRule(
      ["OAUTH_INVALID_REQUEST", "OAUTH_UNSUPPORTED_OPERATION", "OAUTH_INVALID_RESPONSE", "OAUTH_PARSE_ERROR"],
      protocolFinding,
    ),
    OAUTH_AUTHORIZATION_RESPONSE_ERROR: (error) =>
      statusOfOauthError(readText(error, "error") ?? readText(error, "cause", "error")),
  },
};

/** Recognises passport-oauth2's failed exchange: the provider was not reached, or its answer is not OAuth's. */
function oauthExchange(error: object): Finding {
  const inner = read(error, "oauthError");
  const type = classifyFault(inner);
  if (type !== undefined) return fault(type);
  const receivedStatus = readStatus(inner, "statusCode");
  return { status: gatewayStatus(receivedStatus), receivedStatus };
}

/**
 * Recognises passport-oauth2's error of the token endpoint (RFC 6749 section 5.2). It gives this error no status of its own,
 * unlike its AuthorizationError.
 */
function oauthAnswer(error: object): Finding | undefined {
  const [code, status] = [readText(error, "code"), readStatus(error, "status")];
  if (code === undefined || status === undefined || !Object.hasOwn(error, "uri")) return undefined;
  return statusOfOauthError(code) ?? { status };
}

/** Gives the finding of an error code with which a provider refuses (RFC 6749 section 4.1.2.1); undefined for a mistake of this gateway. */
function statusOfOauthError(code: string | undefined): Finding | undefined {
  const status = oauthStatuses.get(code ?? "");
  return status === undefined ? undefined : { status };
}

const oauthStatuses: ReadonlyMap<string, number> = new Map([
  ["access_denied", 403],
  ["server_error", 502],
  ["temporarily_unavailable", 503],
]);

/** Recognises passport-oauth2's error for a provider's 200 without a token. */
function noTokenFinding(error: object): Finding | undefined {
  return readText(error, "message") === "Failed to obtain access token" ? { status: 502 } : undefined;
}

/**
 * Recognises errors of oauth4webapi by what they are about: the request's token, the parameters with which a user returns, or the provider's
 * answer. A response in the cause is recognised as such.
 */
function protocolFinding(error: object, context: Context): Finding | undefined {
  const cause = read(error, "cause");
  const own = readText(cause, "code") === readText(error, "code") ? (cause as object) : error; // openid-client wraps it
  const message = readText(own, "message") ?? "";
  if (message.includes("Authorization HTTP Header")) return { status: 401 };
  if (/\b(?:JWT|DPoP)\b/.test(message)) return invalidToken;
  const inner = read(own, "cause");
  if (read(inner, "parameters") !== undefined || /"\w+" in parameters|response parameter/.test(message)) return { status: 400 };
  if (!message.includes('"response"')) return undefined;
  const found = context.recognise(inner);
  return found?.proxyError === undefined ? { status: 502 } : found;
}

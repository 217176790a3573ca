import type { Finding } from "../../problem/finding.js";
import { classifyFault } from "../../proxy-errors/classify-fault.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { faultToldBy } from "../fault-in-message.js";
import { ownFailure } from "../http-clients/call-finding.js";
import { each, fault, type Context, type Family } from "../rule.js";

/** The request's token is not good (RFC 6750 section 3.1). A request without one gets no error code, so the plain challenge. */
const invalidToken: Finding = { status: 401, headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' } };

/** Who may come in. A provider of keys or tokens that fails is never the caller's 401. No message is shown. */
export const auth: Family = {
  // koa-jwt. A mark, because as an http-error it would be taken at its word.
  marks: { originalError: koaJwt },
  names: {
    JsonWebTokenError: jsonWebToken,
    // An application may have classes of these names; jsonwebtoken's say when.
    NotBeforeError: (error) => (read(error, "date") === undefined ? undefined : invalidToken),
    TokenExpiredError: (error) => (read(error, "expiredAt") === undefined ? undefined : invalidToken),
    UnauthorizedError: (error, context) => expressJwt(error, context) ?? bearer(error),
    ...each(["InvalidRequestError", "InvalidTokenError", "InsufficientScopeError", "InvalidProofError"], bearer),
    InternalOAuthError: oauthExchange,
    TokenError: oauthAnswer,
    Error: noToken,
  },
  codes: {
    // jose. ERR_JWK_INVALID and the like are keys of ours: a 500.
    ERR_JWT_EXPIRED: invalidToken,
    ERR_JWT_CLAIM_VALIDATION_FAILED: invalidToken,
    ERR_JWT_INVALID: invalidToken,
    ERR_JWS_INVALID: invalidToken,
    ERR_JWS_SIGNATURE_VERIFICATION_FAILED: invalidToken,
    ERR_JWE_INVALID: invalidToken,
    ERR_JWE_DECRYPTION_FAILED: invalidToken,
    ERR_JOSE_ALG_NOT_ALLOWED: invalidToken,
    ERR_JOSE_NOT_SUPPORTED: invalidToken,
    ERR_JWKS_NO_MATCHING_KEY: invalidToken,
    ERR_JWKS_MULTIPLE_MATCHING_KEYS: invalidToken,
    ERR_JWKS_TIMEOUT: fault("http_response_timeout"),
    ERR_JWKS_INVALID: { status: 502 },
    ERR_JOSE_GENERIC: keySet,
  },
};

/** jsonwebtoken keeps of a failed key lookup only its message. What it calls key material is configured here. */
function jsonWebToken(error: object): Finding {
  const message = readText(error, "message") ?? "";
  if (message.includes("not valid key material")) return { status: 500 };
  const [, lookup] = /^error in secret or public key callback: ([^]*)/.exec(message) ?? [];
  // jwks-rsa's words for a `kid` that nobody knows, which the caller chose.
  if (lookup === undefined || lookup.startsWith("Unable to find a signing key")) return invalidToken;
  return faultToldBy(lookup) ?? { status: 503 };
}

/** express-jwt puts what it met into `inner`. The codes that begin with "credentials" mean that there is no token to speak of. */
function expressJwt(error: object, context: Context): Finding | undefined {
  const [code, inner] = [readText(error, "code"), read(error, "inner")];
  if (code === undefined || inner === undefined) return undefined;
  const found = context.recognise(inner);
  if (found && found.status >= 500) return found;
  return code.startsWith("credentials") ? { status: 401 } : invalidToken;
}

/** koa-jwt answers 401 to everything that happens on the way, the lookup of the secret included. */
function koaJwt(error: object, context: Context): Finding | undefined {
  if (readText(error, "name") !== "UnauthorizedError") return undefined;
  const original = read(error, "originalError");
  const found = context.recognise(original);
  if (found && found.status >= 500) return found;
  const token = found?.status === 401 || ["Invalid token", "Token revoked"].includes(readText(original, "message") ?? "");
  return token ? invalidToken : { status: 503 };
}

/**
 * express-oauth2-jwt-bearer makes an InvalidTokenError of whatever went wrong and puts its message into the challenge, the identity
 * provider's address with it. Known words about the token stay, others do not.
 */
function bearer(error: object): Finding | undefined {
  const [status, challenge] = [readStatus(error, "status"), readText(error, "headers", "WWW-Authenticate")];
  if (status === undefined || challenge === undefined || read(error, "expose") !== undefined) return undefined; // http-errors' has it
  const message = readText(error, "message") ?? "";
  const caught = readText(error, "code") === "invalid_token";
  if (caught && providerFault.test(message)) return { status: 502 };
  const down = caught ? faultToldBy(message) : undefined;
  const told = !caught || aboutToken.test(message);
  return (
    down ?? { status, headers: { "WWW-Authenticate": told ? challenge : challenge.replace(/, error_description="[^"]*"/g, "") } }
  );
}

/** Its own and jose 4's words for a provider whose answer is of no use. An AggregateError (happy eyeballs) has no words. */
const providerFault =
  /^$|^Expected 200 OK |^JSON Web Key Set malformed|authorization server metadata|^Discovery metadata|^No JWKS URI|^Invalid URL/;

const aboutToken =
  /^(?:"\w+" claim |(?:Unexpected '[^']+' value|Missing '[^']+' claim|Invalid (?:Token|JWT|Compact JWS)|signature verification failed)$|no applicable key |Token |JWT Access Token |DPoP-bound )/;

/** jose has this code for a key set that was not got: not 200, not JSON, or broken off. */
function keySet(error: object): Finding {
  const cause = read(error, "cause");
  const type = readText(cause, "name") === "TimeoutError" ? "http_response_timeout" : classifyFault(cause);
  return type === undefined ? { status: 502 } : fault(type);
}

/** passport-oauth2: the provider was not reached, or answered something that is not of OAuth. */
function oauthExchange(error: object): Finding {
  const inner = read(error, "oauthError");
  const type = classifyFault(inner);
  if (type !== undefined) return fault(type);
  const receivedStatus = readStatus(inner, "statusCode");
  return { status: ownFailure(receivedStatus), receivedStatus };
}

/** passport-oauth2: an error of the token endpoint (RFC 6749 section 5.2), to which it gives no status, unlike its AuthorizationError. */
function oauthAnswer(error: object): Finding | undefined {
  const [code, status] = [readText(error, "code"), readStatus(error, "status")];
  if (code === undefined || status === undefined || !Object.hasOwn(error, "uri")) return undefined;
  return { status: codes.get(code) ?? status };
}

const codes: ReadonlyMap<string, number> = new Map([
  ["access_denied", 403],
  ["server_error", 502],
  ["temporarily_unavailable", 503],
]);

/** passport-oauth2, when the provider's 200 holds no token. */
function noToken(error: object): Finding | undefined {
  return readText(error, "message") === "Failed to obtain access token" ? { status: 502 } : undefined;
}

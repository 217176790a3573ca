import type { Finding } from "../../problem/finding.js";
import { classifyFault } from "../../proxy-errors/classify-fault.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { faultInMessage } from "../fault-in-message.js";
import { fault, sameRule, type Context, type Family } from "../rule.js";

/** Refuses the request's token (RFC 6750 section 3.1). A request without a token gets no error code, so the plain challenge. */
export const invalidToken: Finding = { status: 401, headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' } };

/** Lists classes of errors that refuse a token: Hono's, aws-jwt-verify's. They have no status. */
const tokenClasses =
  "JwtTokenInvalid JwtTokenNotBefore JwtTokenExpired JwtTokenIssuedAt JwtTokenIssuer JwtTokenAudience JwtTokenSignatureMismatched JwtHeaderInvalid JwtHeaderRequiresKid JwtAlgorithmMismatch JwtExpiredError JwtNotBeforeError JwtParseError JwtInvalidIssuerError JwtInvalidAudienceError JwtInvalidSignatureError JwtInvalidSignatureAlgorithmError JwtInvalidScopeError KidNotFoundInJwksError JwtWithoutValidKidError AlbJwtInvalidSignerError AlbJwtInvalidClientIdError CognitoJwtInvalidTokenUseError CognitoJwtInvalidClientIdError CognitoJwtInvalidGroupError".split(
    " ",
  );

/** Recognises errors of authentication. A provider of keys or tokens that fails is never the caller's 401. No message is shown. */
export const auth: Family = {
  // koa-jwt. A mark, since its status would be believed as any http-error's.
  marks: { originalError: koaJwtFinding },
  names: {
    JsonWebTokenError: jsonWebTokenFinding,
    // An application may have classes of these names; jsonwebtoken's have a date.
    NotBeforeError: (error) => (read(error, "date") === undefined ? undefined : invalidToken),
    TokenExpiredError: (error) => (read(error, "expiredAt") === undefined ? undefined : invalidToken),
    UnauthorizedError: (error, context) => expressJwtFinding(error, context) ?? bearerFinding(error),
    ...sameRule(["InvalidRequestError", "InvalidTokenError", "InsufficientScopeError", "InvalidProofError"], bearerFinding),
    TokenError: fastJwtFinding,
    ...sameRule(tokenClasses, (error) => (readStatus(error, "status") === undefined ? invalidToken : undefined)),
    Error: jwtSimpleFinding,
    ...sameRule(["TokenVerificationError", "_TokenVerificationError"], clerkFinding),
    FirebaseAuthError: firebaseFinding,
    // jwks-rsa: the provider's answer was of no use; the caller chose the key's id.
    JwksError: { status: 502 },
    SigningKeyNotFoundError: (error) => (readStatus(error, "status") === undefined ? invalidToken : undefined),
  },
  codes: {
    // jose. ERR_JWK_INVALID and the like concern keys of this gateway: a 500.
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
    // paseto. Others concern keys of this gateway.
    ERR_PASETO_CLAIM_INVALID: invalidToken,
    ERR_PASETO_DECRYPTION_FAILED: invalidToken,
    ERR_PASETO_INVALID: invalidToken,
    ERR_PASETO_VERIFICATION_FAILED: invalidToken,
    ERR_JWKS_TIMEOUT: fault("http_response_timeout"),
    ERR_JWKS_INVALID: { status: 502 },
    ERR_JOSE_GENERIC: keySetFinding,
  },
};

/** Recognises fast-jwt's errors. A key that cannot be fetched, or is not a key, is not the caller's fault. */
function fastJwtFinding(error: object, context: Context): Finding | undefined {
  const code = readText(error, "code") ?? "";
  if (!code.startsWith("FAST_JWT_")) return undefined;
  if (code !== "FAST_JWT_KEY_FETCHING_ERROR") return ownKeyFaults.has(code) ? { status: 500 } : invalidToken;
  const original = read(error, "originalError");
  const found = context.recognise(original) ?? faultInMessage(readText(original, "message") ?? "");
  return found && found.status >= 500 ? found : { status: 503 };
}

const ownKeyFaults: ReadonlySet<string> = new Set([
  "FAST_JWT_INVALID_KEY",
  "FAST_JWT_INVALID_OPTION",
  "FAST_JWT_INVALID_PAYLOAD",
  "FAST_JWT_MISSING_KEY",
  "FAST_JWT_SIGN_ERROR",
]);

/**
 * Recognises jsonwebtoken's errors. It keeps only the message of a failed key lookup. The key material that it complains about is
 * configured here.
 */
function jsonWebTokenFinding(error: object): Finding {
  const message = readText(error, "message") ?? "";
  if (message.includes("not valid key material")) return { status: 500 };
  const [, lookup] = /^error in secret or public key callback: ([^]*)/.exec(message) ?? [];
  // jwks-rsa's message for an unknown `kid`, which the caller chose.
  if (lookup === undefined || lookup.startsWith("Unable to find a signing key")) return invalidToken;
  return faultInMessage(lookup) ?? { status: 503 };
}

/**
 * Recognises express-jwt's errors, which keep the original in `inner`. Codes that begin with "credentials" mean that there is no
 * usable token.
 */
function expressJwtFinding(error: object, context: Context): Finding | undefined {
  const [code, inner] = [readText(error, "code"), read(error, "inner")];
  if (code === undefined || inner === undefined) return undefined;
  const found = context.recognise(inner);
  if (found && found.status >= 500) return found;
  return code.startsWith("credentials") ? { status: 401 } : invalidToken;
}

/** Recognises koa-jwt's errors. koa-jwt answers 401 to every failure, including that of the secret's lookup. */
function koaJwtFinding(error: object, context: Context): Finding | undefined {
  if (readText(error, "name") !== "UnauthorizedError") return undefined;
  const original = read(error, "originalError");
  const found = context.recognise(original);
  if (found && found.status >= 500) return found;
  const token = found?.status === 401 || ["Invalid token", "Token revoked"].includes(readText(original, "message") ?? "");
  return token ? invalidToken : { status: 503 };
}

/**
 * Recognises express-oauth2-jwt-bearer's errors. It makes an InvalidTokenError of any failure and puts the message into the
 * challenge, the identity provider's address with it. Known descriptions of the token stay, others do not.
 */
function bearerFinding(error: object): Finding | undefined {
  const [status, challenge] = [readStatus(error, "status"), readText(error, "headers", "WWW-Authenticate")];
  if (status === undefined || challenge === undefined || read(error, "expose") !== undefined) return undefined; // an http-error has it
  const message = readText(error, "message") ?? "";
  const caught = readText(error, "code") === "invalid_token";
  if (caught && providerFault.test(message)) return { status: 502 };
  const down = caught ? faultInMessage(message) : undefined;
  const isAboutToken = !caught || tokenMessages.test(message);
  return (
    down ?? {
      status,
      headers: { "WWW-Authenticate": isAboutToken ? challenge : challenge.replace(/, error_description="[^"]*"/g, "") },
    }
  );
}

/** Finds its own and jose 4's messages for a provider whose answer is of no use. An AggregateError (happy eyeballs) has no message. */
const providerFault =
  /^$|^Expected 200 OK |^JSON Web Key Set malformed|authorization server metadata|^Discovery metadata|^No JWKS URI|^Invalid URL/;

const tokenMessages =
  /^(?:"\w+" claim |(?:Unexpected '[^']+' value|Missing '[^']+' claim|Invalid (?:Token|JWT|Compact JWS)|signature verification failed)$|no applicable key |Token |JWT Access Token |DPoP-bound )/;

/** Recognises jose's code for a key set that did not arrive: not 200, not JSON, or cut off. */
function keySetFinding(error: object): Finding {
  const cause = read(error, "cause");
  const type = readText(cause, "name") === "TimeoutError" ? "http_response_timeout" : classifyFault(cause);
  return type === undefined ? { status: 502 } : fault(type);
}

/** Recognises jwt-simple's refusals, which have nothing but their message. */
function jwtSimpleFinding(error: object): Finding | undefined {
  const message = readText(error, "message") ?? "";
  if (message === "No token supplied") return { status: 401 };
  return jwtSimpleMessages.has(message) ? invalidToken : undefined;
}

const jwtSimpleMessages: ReadonlySet<string> = new Set([
  "Algorithm not supported",
  "Not enough or too many segments",
  "Signature verification failed",
  "Token expired",
  "Token not yet active",
]);

/** Recognises Clerk's refusal of a token. Its other reasons concern keys and secrets of this gateway. */
function clerkFinding(error: object): Finding | undefined {
  return readText(error, "reason")?.startsWith("token-") ? invalidToken : undefined;
}

/** Recognises firebase-admin's refusal of a token. Calls with wrong arguments have the same code as tokens that are malformed. */
function firebaseFinding(error: object): Finding | undefined {
  const isToken = /^auth\/(?:id-token|session-cookie)-(?:expired|revoked)$/.test(readText(error, "code") ?? "");
  return isToken || /\bFirebase (?:ID token|session cookie)\b/.test(readText(error, "message") ?? "") ? invalidToken : undefined;
}

// What oauth4webapi and jwt-simple refuse: a caller's token is a 401, what a user brings back a 400 or 403, a provider's answer a 502.
import { createRequire } from "node:module";
import { normalizeError } from "@fg-errors/core";
import * as oauth from "oauth4webapi";
import { beforeAll, describe, expect, it } from "vitest";
import { answer, withUpstream } from "./faulty-upstream.js";
import { failure, outcome } from "./outcome.js";

const jwtSimple = createRequire(import.meta.url)("jwt-simple") as {
  encode(claims: object, key: string): string;
  decode(token: string, key: string): unknown;
};

const refused = { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } };

async function sent(run: () => unknown) {
  const { cause: _cause, ...problem } = normalizeError(await failure(run));
  expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  return problem;
}

async function challengeOf(run: () => unknown) {
  const { status, headers } = await sent(run);
  return [status, headers];
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const json = { "Content-Type": "application/json" };
const insecure = { [oauth.allowInsecureRequests]: true } as const;
const now = Math.floor(Date.now() / 1000);
const claims = { iss: "http://issuer", aud: "me", sub: "s3cr3t", exp: now + 1000, iat: now, jti: "1", client_id: "c" };

describe("oauth4webapi", () => {
  let keys: CryptoKeyPair;
  let jwks: string;
  beforeAll(async () => {
    keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const key = await crypto.subtle.exportKey("jwk", keys.publicKey);
    jwks = JSON.stringify({ keys: [{ ...key, kid: "k", alg: "ES256", use: "sig" }] });
  });

  const sign = async (own: object, head: object = {}) => {
    const signed = `${base64url({ alg: "ES256", typ: "at+jwt", kid: "k", ...head })}.${base64url({ ...claims, ...own })}`;
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, Buffer.from(signed));
    return `Bearer ${signed}.${Buffer.from(signature).toString("base64url")}`;
  };
  const validate = (authorization: string | undefined) =>
    withUpstream(answer(200, json, jwks), (url) =>
      oauth.validateJwtAccessToken(
        { issuer: "http://issuer", jwks_uri: url },
        new Request("http://gateway/", { headers: authorization === undefined ? {} : { authorization } }),
        "me",
        insecure,
      ),
    );

  it("accepts a token", async () => {
    expect(await validate(await sign({}))).toMatchObject({ sub: "s3cr3t" });
  });

  it.each<[string, () => Promise<string> | string]>([
    ["expired", () => sign({ exp: 1 })],
    ["for somebody else", () => sign({ aud: "s3cr3t" })],
    ["of another key", () => sign({}, { kid: "s3cr3t" })],
    ["of another type", () => sign({}, { typ: "JWT" })],
    ["of another algorithm", () => sign({}, { alg: "none" })],
    ["changed", async () => `${(await sign({})).slice(0, -8)}AAAAAAAA`],
    ["none", () => "Bearer s3cr3t"],
    ["not encoded", () => "Bearer a.b.c"],
  ])("a token that is %s is a 401", async (_what, token) => {
    expect(await sent(async () => validate(await token()))).toMatchObject(refused);
  });

  it("a request without a token gets the plain challenge", async () => {
    for (const authorization of [undefined, "Basic s3cr3t"])
      expect(await challengeOf(() => validate(authorization))).toEqual([401, undefined]);
  });

  const client = { client_id: "c" };
  const callback = (query: string) =>
    oauth.validateAuthResponse({ issuer: "http://issuer" }, client, new URLSearchParams(query), "state");

  it.each([
    ["error=access_denied&state=state", 403],
    ["error=temporarily_unavailable&state=state", 503],
    ["error=server_error&state=state", 502],
    ["error=invalid_scope&state=state", 500], // this gateway asked for it
    ["code=1&state=s3cr3t", 400],
    ["", 400],
  ])("a user who comes back with %j gets a %i", async (query, status) => {
    expect((await sent(() => callback(query))).status).toBe(status);
  });

  it.each<[string, Parameters<typeof answer>, number | undefined]>([
    ["an error", [400, json, '{"error":"invalid_grant","error_description":"s3cr3t"}'], 400],
    ["a 401", [401, json, "{}"], 401],
    ["no token", [200, json, "{}"], undefined],
    ["no JSON", [200, json, "s3cr3t"], undefined],
  ])("a provider that answers with %s is a 502", async (_what, reply, received) => {
    const error = await withUpstream(answer(...reply), (url) => {
      const server = { issuer: url, token_endpoint: url };
      return failure(async () =>
        oauth.processClientCredentialsResponse(
          server,
          client,
          await oauth.clientCredentialsGrantRequest(server, client, oauth.ClientSecretPost("x"), new URLSearchParams(), insecure),
        ),
      );
    });
    expect(outcome(error)).toEqual([502, undefined, received]);
    const wrapped = Object.assign(new Error("s3cr3t", { cause: error }), { code: (error as { code: string }).code }); // openid-client
    expect(normalizeError(wrapped).status).toBe(502);
  });
});

describe("jwt-simple", () => {
  it.each<[string, string]>([
    ["expired", jwtSimple.encode({ exp: 1 }, "key")],
    ["not yet valid", jwtSimple.encode({ nbf: 1e11 }, "key")],
    ["of another key", jwtSimple.encode({}, "s3cr3t")],
    ["malformed", "s3cr3t"],
    ["of another algorithm", `${base64url({ alg: "none" })}.${base64url({})}.x`],
  ])("a token that is %s is a 401", async (_what, token) => {
    expect(await sent(() => jwtSimple.decode(token, "key"))).toMatchObject(refused);
  });

  it("no token is a 401 with the plain challenge", async () => {
    expect(await challengeOf(() => jwtSimple.decode("", "key"))).toEqual([401, undefined]);
  });
});

import { Agent, createServer, get, type IncomingHttpHeaders, type RequestListener, type Server as HttpServer } from "node:http";
import { Agent as SecureAgent, createServer as createSecureServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { expressjwt } from "express-jwt";
import { auth, claimCheck, requiredScopes, type AuthOptions } from "express-oauth2-jwt-bearer";
import * as jose from "jose";
import jsonwebtoken, { type GetPublicKeyOrSecret, type JwtHeader } from "jsonwebtoken";
import Koa from "koa";
import koaJwt from "koa-jwt";
import passport from "passport";
// @ts-expect-error -- no types
import { Strategy as BearerStrategy } from "passport-http-bearer";
import OAuth2Strategy from "passport-oauth2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalizeError, type Problem } from "@fg-errors/core";
import { patience, scaled } from "../patience.js";
import { certificate } from "./certificate.js";
import { closedPort } from "../wire.js";

const secret = "s3cr3t";
const key = "a key of thirty-two bytes at least";
const invalidToken = { "www-authenticate": 'Bearer error="invalid_token"' };

const shown = (problem: Problem) => JSON.stringify({ ...problem, cause: undefined });

/** What the client may never read: the canary, where a provider lives, and what an error said of it. */
const leaks = /s3cr3t|127\.0\.0\.1|localhost|ECONN|socket hang up|fetch failed/;

function expectProblem(error: unknown, { headers, ...expected }: Partial<Problem>): void {
  const problem = normalizeError(error);
  expect(problem).toMatchObject(expected);
  expect(problem.headers).toEqual(headers);
  expect(problem.code).toBe(`FSS.0${problem.status}`);
  expect(shown(problem)).not.toMatch(leaks);
}

async function thrownBy(fail: () => unknown): Promise<unknown> {
  try {
    await fail();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const servers: Server[] = [];

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`;
}

const answering = (status: number, body: object) =>
  listen(createServer((_request, response) => void response.writeHead(status).end(JSON.stringify(body))));

/** Identity providers, good and bad. */
const providers = { good: "", down: "", resets: "", garbage: "", fails: "", html: "", empty: "", slow: "" };
type Provider = keyof typeof providers;

/** Milliseconds to wait for a provider: the slow one never answers. */
const limitFor = (provider: Provider) => (provider === "slow" ? scaled(100) : patience);

const pair = jose.generateKeyPair("RS256", { extractable: true });

beforeAll(async () => {
  const answer =
    (status: number, body: string): RequestListener =>
    (_request, response) =>
      void response.writeHead(status).end(body);
  const jwks = { keys: [{ ...(await jose.exportJWK((await pair).publicKey)), kid: "k1", alg: "RS256", use: "sig" }] };
  providers.good = await listen(createServer(answer(200, JSON.stringify(jwks))));
  providers.fails = await listen(createServer(answer(500, secret)));
  providers.html = await listen(createServer(answer(200, `<html>${secret}`)));
  providers.empty = await listen(createServer(answer(200, "{}")));
  providers.slow = await listen(createServer(() => {}));
  providers.resets = await listen(
    createTcpServer((socket) => void socket.on("error", () => {}).once("data", () => socket.destroy())),
  );
  providers.garbage = await listen(createTcpServer((socket) => void socket.on("error", () => {}).end(`${secret}\r\n\r\n`)));
  providers.down = `http://127.0.0.1:${await closedPort()}`;
});

afterAll(() => {
  for (const server of servers) {
    (server as HttpServer).closeAllConnections?.();
    server.close();
  }
});

const claims = { iss: "https://issuer/", aud: "api" };
const hs256 = (options: jsonwebtoken.SignOptions = {}) => jsonwebtoken.sign({ secret }, key, options);
const malformedPayload = [{ alg: "HS256", typ: "JWT" }, secret].map((part) =>
  Buffer.from(JSON.stringify(part).replace(/^"/, "{")).toString("base64url"),
);

async function rs256(payload: object = {}, expires = "1h", header: object = { kid: "k1" }): Promise<string> {
  const token = new jose.SignJWT({ ...claims, secret, ...payload }).setProtectedHeader({ alg: "RS256", ...header });
  return token
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign((await pair).privateKey);
}

describe("jsonwebtoken", () => {
  const verify =
    (token: string, options: jsonwebtoken.VerifyOptions = {}) =>
    () =>
      jsonwebtoken.verify(token, key, options);

  it.each([
    ["expired", verify(hs256({ expiresIn: -1 }))],
    ["not yet valid", verify(hs256({ notBefore: 60 }))],
    ["signed by another", verify(jsonwebtoken.sign({}, `${key}!`))],
    ["for another audience", verify(hs256(), { audience: secret })],
    ["malformed", verify(secret)],
  ])("a token that is %s", async (_, fail) => {
    expectProblem(await thrownBy(fail), { status: 401, headers: invalidToken });
  });

  const lookup = (getKey: GetPublicKeyOrSecret) => () =>
    new Promise((resolve, reject) =>
      jsonwebtoken.verify(hs256(), getKey, (error, token) => (error ? reject(error) : resolve(token))),
    );
  const fetched = (provider: Provider) =>
    lookup((_header: JwtHeader, done) => {
      fetch(providers[provider], { signal: AbortSignal.timeout(limitFor(provider)) }).then(
        (response) => done(new Error(`keys answered ${response.status} at ${response.url}`)),
        (error: Error) => done(error),
      );
    });
  const got = (provider: Provider) => lookup((_header, done) => void get(providers[provider]).on("error", done));

  it.each([
    ["refused", got("down"), { status: 502, proxyError: "connection_refused" }],
    ["refused, to fetch", fetched("down"), { status: 502 }],
    ["reset", got("resets"), { status: 502, proxyError: "connection_terminated" }],
    ["not HTTP", got("garbage"), { status: 502, proxyError: "http_protocol_error" }],
    ["too slow", fetched("slow"), { status: 504, proxyError: "http_response_timeout" }],
    ["an answer of no use", fetched("fails"), { status: 503 }],
    ["our key is none", () => jsonwebtoken.verify(hs256(), {} as never), { status: 500 }],
  ] as const)("a key that could not be looked up: %s", async (_, fail, expected) => {
    expectProblem(await thrownBy(fail), expected);
  });

  it("a key id that nobody knows, in jwks-rsa's words", async () => {
    const unknown = lookup((_header, done) => done(new Error(`Unable to find a signing key that matches '${secret}'`)));
    expectProblem(await thrownBy(unknown), { status: 401, headers: invalidToken });
  });
});

describe("jose", () => {
  const verify =
    (token: string | Promise<string>, provider: Provider = "good", options: jose.JWTVerifyOptions = {}) =>
    async () =>
      jose.jwtVerify(
        await token,
        jose.createRemoteJWKSet(new URL(providers[provider]), { timeoutDuration: limitFor(provider) }),
        options,
      );

  it.each([
    ["expired", () => verify(rs256({}, "-1h"))],
    ["for another audience", () => verify(rs256(), "good", { audience: secret })],
    ["tampered with", () => verify(rs256().then((token) => `${token.slice(0, -6)}AAAAAA`))],
    ["of a key that is not in the set", () => verify(rs256({}, "1h", { kid: secret }))],
    ["not a token", () => verify(secret)],
    ["of an algorithm that is not allowed", () => verify(rs256(), "good", { algorithms: ["ES256"] })],
    ["symmetric, where keys are public", () => verify(hs256())],
    ["not encrypted for us", () => () => jose.jwtDecrypt(encrypted, new Uint8Array(32))],
    ["not encrypted at all", () => () => jose.jwtDecrypt("a.b.c.d.e", new Uint8Array(32))],
    ["of no claims", () => () => jose.jwtVerify(noClaims, new TextEncoder().encode(key))],
  ])("a token that is %s", async (_, fail) => {
    expectProblem(await thrownBy(fail()), { status: 401, headers: invalidToken });
  });

  it.each([
    ["down", { status: 502, proxyError: "connection_refused" }],
    ["resets", { status: 502, proxyError: "connection_terminated" }],
    ["garbage", { status: 502, proxyError: "http_protocol_error" }],
    ["slow", { status: 504, proxyError: "http_response_timeout" }],
    ["fails", { status: 502 }],
    ["html", { status: 502 }],
    ["empty", { status: 502 }],
  ] as const)("a key set whose provider is %s", async (provider, expected) => {
    expectProblem(await thrownBy(verify(rs256(), provider)), expected);
  });

  it("a key set that stalls or breaks off half way", async () => {
    const stalls = await listen(createServer((_request, response) => void response.writeHead(200).write("{")));
    const breaks = await listen(
      createServer((_request, response) => void response.writeHead(200).write("{", () => response.destroy())),
    );
    for (const [url, timeoutDuration, expected] of [
      [stalls, scaled(100), { status: 504, proxyError: "http_response_timeout" }],
      [breaks, patience, { status: 502, proxyError: "connection_terminated" }],
    ] as const) {
      const keys = jose.createRemoteJWKSet(new URL(url), { timeoutDuration });
      expectProblem(await thrownBy(async () => jose.jwtVerify(await rs256(), keys)), expected);
    }
  });

  it("a token without a key id, where several keys fit", async () => {
    const jwk = await jose.exportJWK((await pair).publicKey);
    const keys = jose.createRemoteJWKSet(new URL(await answering(200, { keys: [jwk, jwk] })));
    expectProblem(await thrownBy(async () => jose.jwtVerify(await rs256({}, "1h", {}), keys)), {
      status: 401,
      headers: invalidToken,
    });
  });

  it("a key of ours that is none", async () => {
    expectProblem(await thrownBy(() => jose.importJWK({ kty: secret })), { status: 500 });
  });

  let encrypted: string;
  let noClaims: string;
  beforeAll(async () => {
    const enc = new jose.EncryptJWT({ secret }).setProtectedHeader({ alg: "dir", enc: "A256GCM" });
    encrypted = await enc.encrypt(crypto.getRandomValues(new Uint8Array(32)));
    const sign = new jose.CompactSign(new TextEncoder().encode('"s3cr3t"')).setProtectedHeader({ alg: "HS256" });
    noClaims = await sign.sign(new TextEncoder().encode(key));
  });
});

/** What an Express application's error handler gets, and the headers that the response had then. */
async function expressError(handlers: readonly RequestHandler[], headers: Record<string, string> = {}, path = "/") {
  let caught: unknown;
  let set: IncomingHttpHeaders = {};
  const app = express().use(...handlers);
  app.use(((error, _request, response, _next) => {
    caught = error;
    set = response.getHeaders() as IncomingHttpHeaders;
    response.end();
  }) satisfies ErrorRequestHandler);
  await fetch(new URL(path, await listen(createServer(app))), { headers, signal: AbortSignal.timeout(patience) });
  expect(caught).toBeDefined();
  return { caught, set };
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

describe("express-jwt", () => {
  const algorithms = ["HS256" as const];

  it.each([
    ["no token", {}, {}, { status: 401 }],
    ["another scheme", {}, { authorization: "Basic x" }, { status: 401 }],
    ["a malformed field", {}, { authorization: secret }, { status: 401 }],
    ["an expired token", {}, bearing(hs256({ expiresIn: -1 })), { status: 401, headers: invalidToken }],
    ["a payload that is not JSON", {}, bearing(`${malformedPayload.join(".")}.x`), { status: 401, headers: invalidToken }],
    ["a revoked token", { isRevoked: () => Promise.resolve(true) }, bearing(hs256()), { status: 401, headers: invalidToken }],
    ["our key is none", { secret: () => Promise.resolve({} as never) }, bearing(hs256()), { status: 500 }],
    [
      "a key provider that is down",
      { secret: () => fetch(providers.down).then((response) => response.text()) },
      bearing(hs256()),
      { status: 502, proxyError: "connection_refused" },
    ],
  ] as const)("%s", async (_, options, headers, expected) => {
    const { caught } = await expressError([expressjwt({ secret: key, algorithms, ...options })], headers);
    expectProblem(caught, expected);
  });
});

describe("koa-jwt", () => {
  async function koaError(options: Partial<koaJwt.Options>, headers: Record<string, string>): Promise<unknown> {
    let caught: unknown;
    const app = new Koa().use(async (context, next) => {
      try {
        await next();
      } catch (error) {
        caught = error;
        context.body = "";
      }
    });
    app.use(koaJwt({ secret: key, ...options }));
    await fetch(await listen(createServer(app.callback())), { headers, signal: AbortSignal.timeout(patience) });
    expect(caught).toBeDefined();
    return caught;
  }
  const provider = (name: Provider) => () =>
    fetch(providers[name], { signal: AbortSignal.timeout(limitFor(name)) }).then((response) => response.text());
  const fails = () => Promise.reject(new Error(`no key for ${secret}`));

  it.each([
    ["no token", {}, {}, { status: 401 }],
    ["an expired token", {}, bearing(hs256({ expiresIn: -1 })), { status: 401, headers: invalidToken }],
    ["several keys, none of them right", { secret: ["x", "y"] }, bearing(hs256()), { status: 401, headers: invalidToken }],
    ["not a token", { secret: provider("good") }, bearing(secret), { status: 401, headers: invalidToken }],
    ["a revoked token", { isRevoked: () => Promise.resolve(true) }, bearing(hs256()), { status: 401, headers: invalidToken }],
    [
      "a key provider that is down",
      { secret: provider("down") },
      bearing(hs256()),
      { status: 502, proxyError: "connection_refused" },
    ],
    ["one that resets", { secret: provider("resets") }, bearing(hs256()), { status: 502, proxyError: "connection_terminated" }],
    ["one that fails in a way of its own", { secret: fails }, bearing(hs256()), { status: 503 }],
    ["the same, with its message shown", { secret: fails, debug: true }, bearing(hs256()), { status: 503 }],
    ["one that has no key", { secret: () => Promise.resolve("") }, bearing(hs256()), { status: 503 }],
  ] as const)("%s", async (_, options, headers, expected) => {
    expectProblem(await koaError(options as Partial<koaJwt.Options>, headers), expected);
  });
});

describe("express-oauth2-jwt-bearer", () => {
  const options = (provider: Provider): AuthOptions => ({
    jwksUri: providers[provider],
    issuer: claims.iss,
    audience: claims.aud,
    timeoutDuration: limitFor(provider),
    dpop: { enabled: false },
  });
  const challenge = (rest: string) => ({ "www-authenticate": `Bearer realm="api"${rest}` });
  const invalid = (words: string) => challenge(`, error="invalid_token", error_description="${words}"`);
  const rows: [string, () => string | Promise<string>, RequestHandler[], Partial<Problem>][] = [
    ["no token", () => "", [], { status: 401, headers: challenge("") }],
    ["a malformed field", () => "Bearer", [], { status: 400, headers: challenge("") }],
    ["an expired token", () => rs256({}, "-1h"), [], { status: 401, headers: invalid("'exp' claim timestamp check failed") }],
    ["another audience", () => rs256({ aud: secret }), [], { status: 401, headers: invalid("Unexpected 'aud' value") }],
    ["not a token", () => `Bearer ${secret}`, [], { status: 401, headers: invalid("Invalid Compact JWS") }],
    [
      "too little scope",
      () => rs256({ scope: "read" }),
      [requiredScopes("write")],
      { status: 403, headers: challenge(', error="insufficient_scope", error_description="Insufficient Scope", scope="write"') },
    ],
    [
      "a check in words of its author, which may be anybody's",
      () => rs256(),
      [claimCheck(() => false, `not for ${secret}`)],
      { status: 401, headers: challenge(', error="invalid_token"') },
    ],
  ];

  it.each(rows)("%s", async (_, given, checks, expected) => {
    const token = await given();
    const headers = token.includes(".") ? bearing(token) : token === "" ? {} : { authorization: token };
    const { caught } = await expressError([auth(options("good")), ...checks], headers);
    expectProblem(caught, expected);
  });

  it("keeps its other challenges when it drops words", async () => {
    const validators = () => Promise.reject(new Error(`no such user at ${secret}`));
    const { caught } = await expressError(
      [auth({ ...options("good"), dpop: {}, validators: { sub: validators } })],
      bearing(await rs256()),
    );
    const problem = normalizeError(caught);
    expect(problem.headers?.["www-authenticate"]).toMatch(/^Bearer realm="api", error="invalid_token", DPoP algs="RS256 [^"]+"$/);
    expect(problem.status).toBe(401);
  });

  it.each([
    ["down", { status: 502, proxyError: "connection_refused" }],
    ["resets", { status: 502, proxyError: "connection_terminated" }],
    ["garbage", { status: 502, proxyError: "http_protocol_error" }],
    ["slow", { status: 504, proxyError: "http_response_timeout" }],
    ["fails", { status: 502 }],
    ["html", { status: 502 }],
    ["empty", { status: 502 }],
  ] as const)("a key set whose provider is %s", async (provider, expected) => {
    const { caught } = await expressError([auth(options(provider))], bearing(await rs256()));
    expectProblem(caught, expected);
  });

  it.each([
    ["down", ""],
    ["down", "/.well-known/openid-configuration"],
    ["fails", "/.well-known/openid-configuration"],
    ["html", "/.well-known/openid-configuration"],
    ["empty", "/.well-known/openid-configuration"],
  ] as const)("metadata whose provider is %s%s", async (provider, path) => {
    const { caught } = await expressError(
      [auth({ issuerBaseURL: `${providers[provider]}${path}`, audience: "api" })],
      bearing(await rs256()),
    );
    expectProblem(caught, { status: 502 });
  });

  it.each([
    ["no key set", {}],
    ["a key set at no address", { jwks_uri: secret }],
  ])("metadata with %s", async (_, metadata) => {
    const issuerBaseURL = new URL("/.well-known/x", await answering(200, { issuer: claims.iss, ...metadata })).href;
    const { caught } = await expressError([auth({ issuerBaseURL, audience: "api" })], bearing(await rs256()));
    expectProblem(caught, { status: 502 });
  });

  it("metadata of another issuer", async () => {
    const iss = await answering(200, { issuer: claims.iss });
    const { caught } = await expressError([auth({ mcd: { issuers: [iss] }, audience: "api" })], bearing(await rs256({ iss })));
    expectProblem(caught, { status: 502 });
  });

  it("a provider that refuses on every address of its name, which leaves no message at all", async () => {
    const addresses = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }));
    const agent = new Agent({ lookup: (_host, _options, done) => done(null, addresses) });
    const jwksUri = providers.down.replace("127.0.0.1", "provider.test");
    const { caught } = await expressError([auth({ ...options("down"), jwksUri, agent })], bearing(await rs256()));
    expectProblem(caught, { status: 502 });
  });

  it.each([
    ["self-signed", certificate(), false],
    ["signed by a stranger", certificate({ issuer: "Nobody" }), false],
    ["expired", certificate({ until: Date.now() - 1000 }), true],
    ["another's", certificate({ host: "s3cr3t.example" }), true],
  ])("a provider whose certificate is %s", async (_, own, trusted) => {
    const jwksUri = (await listen(createSecureServer(own))).replace("http:", "https:");
    const agent = new SecureAgent(trusted ? { ca: own.cert, servername: "localhost" } : {});
    const { caught } = await expressError([auth({ ...options("down"), jwksUri, agent })], bearing(await rs256()));
    expectProblem(caught, { status: 502, proxyError: "tls_certificate_error" });
  });

  it("a proof of possession that is none", async () => {
    const token = await rs256({ cnf: { jkt: "x".repeat(43) } });
    const headers = { authorization: `DPoP ${token}`, dpop: secret };
    const { caught } = await expressError([auth({ ...options("good"), dpop: { required: true } })], headers);
    expect(normalizeError(caught)).toMatchObject({
      status: 400,
      headers: { "www-authenticate": expect.stringMatching(/^DPoP error="invalid_dpop_proof"/) },
    });
  });
});

describe("passport", () => {
  const failed = (strategy: passport.Strategy, headers: Record<string, string>, path?: string) => {
    const instance = new passport.Passport().use("it", strategy);
    return expressError(
      [instance.initialize(), instance.authenticate("it", { session: false, failWithError: true }) as RequestHandler],
      headers,
      path,
    );
  };

  it.each([
    ["no token", {}, 401, 'Bearer realm="Users"'],
    ["a token that is refused", bearing(hs256()), 401, 'Bearer realm="Users", error="invalid_token"'],
    ["a malformed field", { authorization: secret }, 400, undefined],
  ] as const)("passport-http-bearer: %s", async (_, headers, status, challenge) => {
    const strategy = new BearerStrategy((_token: string, done: (error: null, user: false) => void) => done(null, false));
    const { caught, set } = await failed(strategy, headers);
    expectProblem(caught, { status });
    // passport sets it on the response, where it stays.
    expect(set["www-authenticate"]).toEqual(challenge && [challenge]);
  });

  class Profiled extends OAuth2Strategy {
    constructor(tokenURL: string, profileURL: string) {
      super(
        {
          authorizationURL: providers.good,
          tokenURL,
          clientID: "id",
          clientSecret: secret,
          callbackURL: "http://gateway/callback",
        },
        (_access: string, _refresh: string, _profile: object, done: OAuth2Strategy.VerifyCallback) => done(null, {}),
      );
      this.userProfile = (token, done) =>
        this._oauth2.get(profileURL, token, (error) => done(new OAuth2Strategy.InternalOAuthError("no profile", error)));
    }
  }

  const tokenError = (error: string) => answering(400, { error, error_description: secret });

  it.each([
    ["a provider that is down", () => providers.down, { status: 502, proxyError: "connection_refused" }],
    ["one that resets", () => providers.resets, { status: 502, proxyError: "connection_terminated" }],
    ["one that is not an HTTP server", () => providers.garbage, { status: 502, proxyError: "http_protocol_error" }],
    ["one that fails", () => providers.fails, { status: 502, receivedStatus: 500 }],
    ["one that refuses us", () => answering(401, {}), { status: 502, receivedStatus: 401 }],
    ["one that is overloaded", () => answering(503, {}), { status: 503, receivedStatus: 503 }],
    ["one that limits us", () => answering(429, {}), { status: 503, receivedStatus: 429 }],
    ["one that waits for another", () => answering(504, {}), { status: 504, receivedStatus: 504 }],
    ["one that sends HTML", () => providers.html, { status: 502 }],
    ["its word that it fails", () => tokenError("server_error"), { status: 502 }],
    ["its word that it is overloaded", () => tokenError("temporarily_unavailable"), { status: 503 }],
    ["its word that the user is denied", () => tokenError("access_denied"), { status: 403 }],
    ["its word that our client is not known", () => tokenError("invalid_client"), { status: 500 }],
  ] as const)("passport-oauth2, token: %s", async (_, provider, expected) => {
    const { caught } = await failed(new Profiled(await provider(), providers.down), {}, "/?code=c");
    expectProblem(caught, expected);
  });

  it.each([
    ["down", { status: 502, proxyError: "connection_refused" }],
    ["fails", { status: 502, receivedStatus: 500 }],
  ] as const)("passport-oauth2, profile: a provider that is %s", async (provider, expected) => {
    const token = await answering(200, { access_token: secret });
    const { caught } = await failed(new Profiled(token, providers[provider]), {}, "/?code=c");
    expectProblem(caught, expected);
  });

  it.each([
    ["access_denied", 401],
    ["temporarily_unavailable", 503],
    ["server_error", 502],
    ["invalid_scope", 500],
    ["constructor", 500],
  ])("passport-oauth2, authorization: %s", async (error, status) => {
    const { caught } = await failed(
      new Profiled(providers.good, providers.good),
      {},
      `/?error=${error}&error_description=${secret}`,
    );
    expectProblem(caught, { status });
  });
});

describe("none of these", () => {
  it.each([
    ["somebody else's UnauthorizedError", Object.assign(new Error(secret), { name: "UnauthorizedError" }), 500],
    [
      "somebody else's TokenError",
      Object.assign(new Error(secret), { name: "TokenError", code: "access_denied", status: 409 }),
      409,
    ],
    ["somebody else's original error", Object.assign(new Error(secret), { originalError: new Error(secret) }), 500],
  ])("%s", (_, error, status) => {
    expectProblem(error, { status });
  });
});

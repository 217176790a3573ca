// Faults of the caller that libraries throw without a status: tokens, permissions, signatures, schemas; and calls of remote procedures.
import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { ApolloServer } from "@apollo/server";
import { defineAbility, ForbiddenError } from "@casl/ability";
import { Code, ConnectError } from "@connectrpc/connect";
import { normalizeError, type NormalizeOptions } from "@fg-errors/core";
import { Webhooks } from "@octokit/webhooks";
import { Type as TypeBox } from "@sinclair/typebox";
import { Value as TypeBoxValue } from "@sinclair/typebox/value";
import vine from "@vinejs/vine";
import { celebrate, Joi } from "celebrate";
import { Effect, Schema } from "effect";
import { createSigner, createVerifier } from "fast-jwt";
import { GraphQLError } from "graphql";
import * as t from "io-ts";
import { validate as validateSchema } from "jsonschema";
import jwksClient from "jwks-rsa";
import { ClientError, ServerError, Status } from "nice-grpc-common";
import { Number as RuntypesNumber, Object as RuntypesObject } from "runtypes";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import Type from "typebox";
import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromError } from "zod-validation-error";
import { answer, withUpstream } from "./faulty-upstream.js";
import { failure, outcome } from "./outcome.js";

const require = createRequire(import.meta.url);
const { Errors } = require("moleculer") as { Errors: Record<string, new (...args: unknown[]) => Error> };
const { TwirpError } = require("twirp-ts") as { TwirpError: new (code: string, message: string) => Error };

/** What a client gets of what `run` throws, after making sure that nothing of it is a secret. */
async function sent(run: () => unknown, options?: NormalizeOptions) {
  const { cause: _cause, ...problem } = normalizeError(await failure(run), options);
  expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  return problem;
}

describe("fast-jwt", () => {
  const sign = createSigner({ key: "s3cr3t" });
  const verify = createVerifier({ key: "s3cr3t" });

  it.each<[string, () => unknown]>([
    ["malformed", () => verify("a.b.c")],
    ["expired", () => verify(createSigner({ key: "s3cr3t", expiresIn: 1 })({ iat: 1 }))],
    ["not yet valid", () => verify(createSigner({ key: "s3cr3t", notBefore: 1e9 })({}))],
    ["of another key", () => createVerifier({ key: "other" })(sign({}))],
    ["without a claim", () => createVerifier({ key: "s3cr3t", requiredClaims: ["sub"] })(sign({}))],
    ["for somebody else", () => createVerifier({ key: "s3cr3t", allowedAud: "a" })(sign({ aud: "b" }))],
  ])("a token that is %s is a 401", async (_what, run) => {
    expect(await sent(run)).toMatchObject({ status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
  });

  it("a key that cannot be fetched is not the caller's fault", async () => {
    const fetching = (message: string) => createVerifier({ key: () => Promise.reject(new Error(message)) })(sign({}));
    expect((await sent(() => fetching("connect ECONNREFUSED 127.0.0.1:1"))).status).toBe(502);
    expect((await sent(() => fetching("s3cr3t"))).status).toBe(503);
  });

  it("nor is a key that is none", async () => {
    expect((await sent(() => createVerifier({ key: 17 as never }))).status).toBe(500);
  });
});

describe("other verifiers of tokens", () => {
  const named = (name: string, members: object) => Object.assign(new Error("s3cr3t"), { name, ...members });
  const refused = { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } };

  it.each<[string, Error]>([
    ["firebase-admin, expired", named("FirebaseAuthError", { code: "auth/id-token-expired" })],
    ["firebase-admin, revoked cookie", named("FirebaseAuthError", { code: "auth/session-cookie-revoked" })],
    [
      "firebase-admin, malformed",
      named("FirebaseAuthError", { code: "auth/argument-error", message: "Decoding Firebase ID token failed. s3cr3t" }),
    ],
    ["Clerk", named("TokenVerificationError", { reason: "token-expired", action: "s3cr3t" })],
    ["aws-jwt-verify, without a key's id", named("JwtWithoutValidKidError", {})],
  ])("%s", async (_what, error) => {
    expect(await sent(() => Promise.reject(error))).toMatchObject(refused);
  });

  it("a key or an argument of this gateway's is not the caller's fault", async () => {
    const own = [
      named("TokenVerificationError", { reason: "secret-key-invalid", action: "s3cr3t" }),
      named("FirebaseAuthError", { code: "auth/argument-error" }),
    ];
    for (const error of own) expect((await sent(() => Promise.reject(error))).status).toBe(500);
  });

  it("jwks-rsa: the caller chose the key's id, and the provider its answer", async () => {
    const jwks = JSON.stringify({
      keys: [{ ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }), kid: "a" }],
    });
    const keyOf = (url: string) => jwksClient({ jwksUri: url }).getSigningKey("s3cr3t");
    const fields = { "Content-Type": "application/json" };
    await withUpstream(answer(200, fields, jwks), async (url) => expect(await sent(() => keyOf(url))).toMatchObject(refused));
    await withUpstream(answer(401, fields, "{}"), async (url) => expect((await sent(() => keyOf(url))).status).toBe(502));
  });
});

it("CASL's refusal is a 403", async () => {
  const ability = defineAbility((can) => can("read", "s3cr3t"));
  expect(await sent(() => ForbiddenError.from(ability).throwUnlessCan("delete", "s3cr3t"))).toMatchObject({ status: 403 });
});

describe("a webhook whose signature does not match is a 400", () => {
  const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  it.each<[string, () => unknown]>([
    ["stripe", () => new Stripe("s3cr3t").webhooks.constructEvent("{}", "t=1,v1=s3cr3t", "whsec_s3cr3t")],
    ["stripe, none", () => new Stripe("s3cr3t").webhooks.constructEvent("{}", "", "whsec_s3cr3t")],
    [
      "svix",
      () => new SvixWebhook(secret).verify("{}", { "svix-id": "a", "svix-timestamp": "1", "svix-signature": "v1,s3cr3t" }),
    ],
    ["standardwebhooks", () => new StandardWebhook(secret).verify("{}", {})],
    [
      "@octokit/webhooks",
      () => new Webhooks({ secret: "x" }).verifyAndReceive({ id: "1", name: "push", payload: "{}", signature: "sha256=aa" }),
    ],
    ["coinbase", () => throwNamed("SignatureVerificationError", "No signatures found matching s3cr3t")],
    ["Paddle", () => throwNamed("Error", "[Paddle] Webhook signature verification failed")],
    ["Clerk", () => throwNamed("Error", "@clerk/backend: Unable to verify incoming webhook: s3cr3t")],
  ])("%s", async (_name, run) => {
    expect(await sent(run)).toMatchObject({ status: 400, detail: "The message's signature is not valid." });
  });

  it("but not an error of a handler of @octokit/webhooks", async () => {
    const webhooks = new Webhooks({ secret: "x" });
    webhooks.on("push", () => {
      throw new Error("s3cr3t");
    });
    const payload = JSON.stringify({});
    const signature = await webhooks.sign(payload);
    expect((await sent(() => webhooks.verifyAndReceive({ id: "1", name: "push", payload, signature }))).status).toBe(500);
  });
});

describe("Apollo Server", () => {
  it.each(["{", "{ unknown }", "query ($a: String!) { __typename }"])("refuses %s with a 400", async (query) => {
    const server = new ApolloServer({ typeDefs: "type Query { a: String }", resolvers: {} });
    const { body } = await server.executeOperation({ query });
    const [error] = body.kind === "single" ? (body.singleResult.errors ?? []) : [];
    if (error === undefined) return;
    expect(normalizeError(new GraphQLError(error.message, { extensions: error.extensions ?? {} })).status).toBe(400);
    await server.stop();
  });

  it("has errors with names of their own", async () => {
    for (const [name, code, status] of [
      ["SyntaxError", "GRAPHQL_PARSE_FAILED", 400],
      ["ValidationError", "GRAPHQL_VALIDATION_FAILED", 400],
      ["UserInputError", "BAD_USER_INPUT", 400],
      ["BadRequestError", "BAD_REQUEST", 400],
      ["AuthenticationError", "UNAUTHENTICATED", 401],
    ] as const) {
      const error = Object.assign(new GraphQLError("s3cr3t", { extensions: { code } }), { name });
      expect((await sent(() => Promise.reject(error))).status, name).toBe(status);
    }
  });
});

function throwNamed(name: string, message: string): never {
  throw Object.assign(new Error(message), { name });
}

const invalid = { a: { b: "s3cr3t" } };

describe("schemas", () => {
  const wrong = [{ pointer: "#/a/b" }];
  const old = TypeBox.Object({ a: TypeBox.Object({ b: TypeBox.Number() }) });
  const now = Type.Object({ a: Type.Object({ b: Type.Number() }) });
  const jsonSchema = { properties: { a: { properties: { b: { type: "number" } } } } };
  const throwFromZod = (error: unknown) => {
    throw fromError(error);
  };
  const struct = Schema.Struct({ a: Schema.Struct({ b: Schema.Number }) });

  it.each<[string, () => unknown]>([
    ["TypeBox 0.34, Assert", () => TypeBoxValue.Assert(old, invalid)],
    ["TypeBox 0.34, Parse", () => TypeBoxValue.Parse(old, invalid)],
    ["TypeBox 0.34, Decode", () => TypeBoxValue.Decode(old, invalid)],
    ["TypeBox 1, Assert", () => Value.Assert(now, invalid)],
    ["TypeBox 1, Parse", () => Value.Parse(now, invalid)],
    ["effect", () => Schema.decodeUnknownSync(struct)(invalid)],
    ["effect, a promise", () => Schema.decodeUnknownPromise(struct)(invalid)],
    ["effect, a fiber", () => Effect.runPromise(Schema.decodeUnknown(struct)(invalid))],
    ["zod-validation-error", () => throwFromZod(z.object({ a: z.object({ b: z.number() }) }).safeParse(invalid).error)],
    ["jsonschema, throwAll", () => validateSchema(invalid, jsonSchema, { throwAll: true })],
    ["jsonschema, throwFirst", () => validateSchema(invalid, jsonSchema, { throwFirst: true })],
    ["io-ts", () => throwLeft(t.type({ a: t.type({ b: t.number }) }).decode(invalid))],
    ["runtypes", () => RuntypesObject({ a: RuntypesObject({ b: RuntypesNumber }) }).check(invalid)],
    ["vine", () => vine.validate({ schema: vine.object({ a: vine.object({ b: vine.number() }) }), data: invalid })],
  ])("%s", async (_name, run) => {
    expect(await sent(run)).toMatchObject({ status: 400, errors: wrong });
    expect(await sent(run, { origin: "upstream" }).then(({ status }) => status)).toBe(_name === "vine" ? 400 : 502);
  });

  it("effect says what is missing, unknown or of another type", async () => {
    const all = Schema.Struct({
      a: Schema.Number,
      b: Schema.String,
      c: Schema.Array(Schema.Union(Schema.Boolean, Schema.Number)),
    });
    const decode = Schema.decodeUnknownSync(all, { errors: "all", onExcessProperty: "error" });
    expect((await sent(() => decode({ a: "s3cr3t", c: [true, "s3cr3t"], d: 1 }))).errors).toEqual(
      expect.arrayContaining([
        { pointer: "#/a", detail: "Must be a number." },
        { pointer: "#/b", detail: "Required." },
        { pointer: "#/c/1", detail: "Must be a boolean." },
        { pointer: "#/d", detail: "Not a known member." },
      ]),
    );
  });

  it("celebrate says where each field is", async () => {
    const check = celebrate(
      { body: Joi.object({ a: Joi.object({ b: Joi.number() }) }), query: Joi.object({ q: Joi.number() }) },
      {},
      { mode: "full" as never },
    );
    const request = { method: "POST", body: invalid, query: { q: "s3cr3t" } } as never;
    const { status, errors } = await sent(() => new Promise((_resolve, reject) => check(request, {} as never, reject)));
    expect([status, errors?.map(({ pointer, parameter }) => pointer ?? parameter).toSorted()]).toEqual([400, ["#/a/b", "q"]]);
  });
});

describe("a failed call of a remote procedure is this gateway's", () => {
  it.each<[string, Error, number, string?]>([
    ["connect-es, UNAUTHENTICATED", new ConnectError("s3cr3t", Code.Unauthenticated), 502],
    ["connect-es, NOT_FOUND", new ConnectError("s3cr3t", Code.NotFound), 502],
    ["connect-es, UNAVAILABLE", new ConnectError("s3cr3t", Code.Unavailable), 503, "destination_unavailable"],
    ["connect-es, RESOURCE_EXHAUSTED", new ConnectError("s3cr3t", Code.ResourceExhausted), 503],
    ["connect-es, DEADLINE_EXCEEDED", new ConnectError("s3cr3t", Code.DeadlineExceeded), 504, "http_response_timeout"],
    ["nice-grpc's client", new ClientError("/s3cr3t", Status.UNAUTHENTICATED, "s3cr3t"), 502],
    ["nice-grpc's server", new ServerError(Status.UNAVAILABLE, "s3cr3t"), 503, "destination_unavailable"],
    ["moleculer, 401", new Errors["MoleculerClientError"]!("s3cr3t", 401, "S3CR3T", {}), 502],
    ["moleculer, 404", new Errors["ServiceNotFoundError"]!({ action: "s3cr3t" }), 502],
    ["moleculer, 429", new Errors["QueueIsFullError"]!({ action: "s3cr3t" }), 503],
    ["moleculer, 504", new Errors["RequestTimeoutError"]!({ action: "s3cr3t" }), 504, "http_response_timeout"],
    ["Twirp, unauthenticated", new TwirpError("unauthenticated", "s3cr3t"), 502],
    ["Twirp, unavailable", new TwirpError("unavailable", "s3cr3t"), 503, "destination_unavailable"],
  ])("%s", (_what, error, status, type) => {
    expect(outcome(error)).toEqual([status, type, undefined]);
  });

  it("unless its status is passed on", () => {
    const relayStatuses = [401, 404];
    expect(normalizeError(new ConnectError("s3cr3t", Code.Unauthenticated), { relayStatuses })).toMatchObject({ status: 401 });
    expect(normalizeError(new Errors["MoleculerClientError"]!("x", 404, "X", {}), { relayStatuses })).toMatchObject({
      status: 404,
    });
    expect(normalizeError(new TwirpError("not_found", "x"), { relayStatuses })).toMatchObject({ status: 404 });
  });
});

function throwLeft(result: { readonly _tag: string; readonly left?: unknown }): void {
  if (result._tag === "Left") throw result.left;
}

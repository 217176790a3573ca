import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv } from "ajv";
import { IsArray, IsEmail, Max, validateOrReject, ValidateNested } from "class-validator";
import express, { type ErrorRequestHandler } from "express";
import { middleware as openApi } from "express-openapi-validator";
import { body, checkExact, cookie, header, oneOf, param, query, validationResult, type ValidationChain } from "express-validator";
import createError from "http-errors";
import Joi from "joi";
import * as superstruct from "superstruct";
import * as valibot from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as yup from "yup";
import { z } from "zod";
import { z as z3 } from "zod3";
import { normalizeError, type Problem } from "@fg-errors/core";

const secret = "s3cr3t";

/** One row: what fails, and the fields the client reads. */
type Row = readonly [name: string, fail: () => unknown, errors: readonly object[]];

async function thrownBy(fail: () => unknown): Promise<unknown> {
  try {
    await fail();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const shown = (problem: Problem) => JSON.stringify({ ...problem, cause: undefined });

const zodRows: Row[] = [
  [
    "zod 4: types, a missing member, an enum, a refinement",
    () =>
      z
        .object({ a: z.string(), b: z.array(z.number()), c: z.enum(["x", "y"]), d: z.string().refine(() => false, "is taken") })
        .parse({ b: [1, secret], c: secret, d: secret }),
    [
      { pointer: "#/a", detail: "Invalid input: expected string, received undefined" },
      { pointer: "#/b/1", detail: "Invalid input: expected number, received string" },
      { pointer: "#/c", detail: 'Invalid option: expected one of "x"|"y"' },
      { pointer: "#/d", detail: "is taken" },
    ],
  ],
  [
    "zod 4: the alternative of a union that the value comes near",
    () => z.object({ u: z.union([z.string(), z.object({ k: z.number() })]) }).parse({ u: { k: secret } }),
    [{ pointer: "#/u/k", detail: "Invalid input: expected number, received string" }],
  ],
  [
    "zod 4: a union that the value is far from",
    () => z.object({ u: z.union([z.string(), z.number()]) }).parse({ u: [secret] }),
    [
      { pointer: "#/u", detail: "Invalid input: expected string, received array" },
      { pointer: "#/u", detail: "Invalid input: expected number, received array" },
    ],
  ],
  [
    "zod 4: members that are not known, whose names need escaping",
    () => z.strictObject({}).parse({ "a/b": secret, "c~d e": secret }),
    [
      { pointer: "#/a~1b", detail: "Not a known member." },
      { pointer: "#/c~0d%20e", detail: "Not a known member." },
    ],
  ],
  [
    "zod 4: a message that quotes an input which the issue keeps",
    () =>
      z.object({ a: z.number({ error: (issue) => `got ${String(issue.input)}` }) }).parse({ a: secret }, { reportInput: true }),
    [{ pointer: "#/a", detail: "Not valid." }],
  ],
  [
    "zod 4: a message that quotes it as JSON",
    () => z.number({ error: (issue) => `got ${JSON.stringify(issue.input)}` }).parse(`a"${secret}`, { reportInput: true }),
    [{ detail: "Not valid." }],
  ],
  ["zod 4: the whole content", () => z.object({}).parse(secret), [{ detail: "Invalid input: expected object, received string" }]],
  [
    "zod 3: an enum and a literal without what was received, a type with it",
    () => z3.object({ a: z3.enum(["x", "y"]), b: z3.literal("z"), c: z3.number() }).parse({ a: secret, b: secret, c: secret }),
    [
      { pointer: "#/a", detail: "Invalid enum value. Expected 'x' | 'y'" },
      { pointer: "#/b", detail: 'Invalid literal value, expected "z"' },
      { pointer: "#/c", detail: "Expected number, received string" },
    ],
  ],
  [
    "zod 3: a union's paths are whole already",
    () => z3.object({ u: z3.union([z3.string(), z3.object({ k: z3.number() })]) }).parse({ u: { k: secret } }),
    [{ pointer: "#/u/k", detail: "Expected number, received string" }],
  ],
  [
    "zod 3: an error map that quotes what was received",
    () =>
      z3.object({ a: z3.enum(["x"], { errorMap: (_, { data }) => ({ message: `no ${String(data)}` }) }) }).parse({ a: secret }),
    [{ pointer: "#/a", detail: "Not valid." }],
  ],
];

const ajv = new Ajv({ allErrors: true, strict: false });
const order = {
  type: "object",
  required: ["id"],
  additionalProperties: false,
  properties: {
    "a/b": { type: "array", items: { type: "string", pattern: "^x" } },
    c: { enum: ["p"] },
    d: { propertyNames: { maxLength: 2 } },
  },
} as const;
const badOrder = { "a/b": ["x", secret], c: secret, d: { long: secret }, extra: secret };
const orderErrors = [
  { pointer: "#/id", detail: "must have required property 'id'" },
  { pointer: "#/extra", detail: "must NOT have additional properties" },
  { pointer: "#/a~1b/1", detail: 'must match pattern "^x"' },
  { pointer: "#/c", detail: "must be equal to one of the allowed values" },
  { pointer: "#/d", detail: "must NOT have more than 2 characters" },
  { pointer: "#/d/long", detail: "property name must be valid" },
];

function ajvErrors(options: object = {}) {
  const validate = new Ajv({ allErrors: true, strict: false, ...options }).compile(order);
  validate(badOrder);
  return validate.errors ?? [];
}

const ajvRows: Row[] = [
  ["ajv: an async schema", () => ajv.compile({ $async: true, ...order })(badOrder), orderErrors],
  ["ajv: on an error of one's own", () => Promise.reject(Object.assign(new Error(secret), { errors: ajvErrors() })), orderErrors],
  ["ajv: the bare list", () => Promise.reject(ajvErrors({ verbose: true })), orderErrors],
  [
    "ajv: Fastify's convention, of the body",
    () => Promise.reject(Object.assign(new Error(secret), { validation: ajvErrors(), validationContext: "body" })),
    orderErrors,
  ],
  [
    "ajv: a keyword of one's own that quotes the value it keeps",
    () => new Ajv({ verbose: true }).addKeyword({ keyword: "odd", validate: odd }).compile({ $async: true, odd: true })(secret),
    [{ detail: "Not valid." }],
  ],
];

function odd(_schema: boolean, data: unknown): boolean {
  odd.errors = [{ keyword: "odd", message: `${String(data)} is not odd`, params: {} }];
  return false;
}
odd.errors = [] as object[];

const joi = (schema: Joi.SchemaMap, value: object) => () => Joi.attempt(value, Joi.object(schema), { abortEarly: false });

const joiRows: Row[] = [
  [
    "joi: a pattern's message quotes the value, even one that looks like the message",
    joi(
      { a: Joi.string().pattern(/^\d+$/), b: Joi.string().pattern(/x/, { name: "x-ray" }) },
      { a: `${secret}" fails to match`, b: "q" },
    ),
    [
      { pointer: "#/a", detail: '"a" fails to match the required pattern: /^\\d+$/' },
      { pointer: "#/b", detail: '"b" fails to match the x-ray pattern' },
    ],
  ],
  [
    "joi: a value with space around it, however short",
    () => Joi.attempt(" x", Joi.string().pattern(/^\d$/)),
    [{ detail: "Not valid." }],
  ],
  [
    "joi: nested, unknown, alternatives, duplicates",
    joi(
      {
        e: Joi.array().items(Joi.object({ q: Joi.string().max(2) })),
        f: Joi.alternatives().try(Joi.string(), Joi.object({ k: Joi.number() })),
        i: Joi.array().unique(),
      },
      { e: [{ q: secret }], f: { k: secret }, i: [secret, secret], zz: secret },
    ),
    [
      { pointer: "#/e/0/q", detail: '"e[0].q" length must be less than or equal to 2 characters long' },
      { pointer: "#/f/k", detail: '"f.k" must be a number' },
      { pointer: "#/i/1", detail: '"i[1]" contains a duplicate value' },
      { pointer: "#/zz", detail: '"zz" is not allowed' },
    ],
  ],
  [
    "joi: messages that quote the value, or what a custom check threw",
    joi(
      {
        a: Joi.string().messages({ "string.base": "{#label} is {#value}" }),
        b: Joi.any().custom(() => {
          throw new Error(`no row for ${secret}`);
        }),
        c: Joi.string().pattern(/^\d$/).messages({ "string.pattern.base": "{#value} is no digit" }),
      },
      { a: 12345, b: 1, c: secret },
    ),
    [
      { pointer: "#/a", detail: "Not valid." },
      { pointer: "#/b", detail: "Not valid." },
      { pointer: "#/c", detail: "Not valid." },
    ],
  ],
];

const yupShape = yup.object({
  a: yup.number(),
  b: yup.object({ c: yup.array().of(yup.object({ "x.y": yup.string().email() })) }),
  d: yup.string().oneOf(["p"]),
  t: yup.tuple([yup.string()]),
  m: yup.string().matches(/^\d/, { message: ({ value }) => `not ${value}` }),
  w: yup.mixed((value): value is Date => value instanceof Date),
});

const yupRows: Row[] = [
  [
    "yup: every field",
    () =>
      yupShape.validate(
        { a: secret, b: { c: [{ "x.y": secret }] }, d: secret, t: [secret, "b"], m: secret, w: { s: secret } },
        { abortEarly: false },
      ),
    [
      { pointer: "#/a", detail: "a must be a `number` type" },
      { pointer: "#/b/c/0/x.y", detail: 'b.c[0]["x.y"] must be a valid email' },
      { pointer: "#/d", detail: "d must be one of the following values: p" },
      { pointer: "#/t", detail: "t tuple value has too many items, expected a length of 1 but got 2" },
      { pointer: "#/m", detail: "Not valid." },
      { pointer: "#/w", detail: "w must match the configured type" },
    ],
  ],
  [
    "yup: messages that quote what the value was before it was cast, or became then",
    () =>
      yup
        .object({
          a: yup
            .mixed()
            .transform(() => 1)
            .test("t", "${originalValue} came", () => false),
          b: yup
            .mixed()
            .transform(() => secret)
            .test("t", "${value} it is", () => false),
        })
        .validate({ a: secret, b: 1 }, { abortEarly: false }),
    [
      { pointer: "#/a", detail: "Not valid." },
      { pointer: "#/b", detail: "Not valid." },
    ],
  ],
  ["yup: the first field", () => yupShape.validateSync({ a: secret }), [{ pointer: "#/a", detail: "a must be a `number` type" }]],
];

const valibotRows: Row[] = [
  [
    "valibot: types, formats, literals, custom messages",
    () =>
      valibot.parse(
        valibot.object({
          a: valibot.array(valibot.number()),
          e: valibot.pipe(valibot.string(), valibot.email()),
          l: valibot.literal("x"),
          m: valibot.pipe(
            valibot.string(),
            valibot.email((issue) => `bad ${issue.received}`),
          ),
          r: valibot.string(),
        }),
        { a: [secret], e: secret, l: secret, m: secret },
      ),
    [
      { pointer: "#/a/0", detail: "Invalid type: Expected number" },
      { pointer: "#/e", detail: "Invalid email" },
      { pointer: "#/l", detail: 'Invalid type: Expected "x"' },
      { pointer: "#/m", detail: "Not valid." },
      { pointer: "#/r", detail: 'Invalid key: Expected "r" but received undefined' },
    ],
  ],
  [
    "valibot: a union's nested issues",
    () =>
      valibot.parse(valibot.object({ u: valibot.union([valibot.string(), valibot.object({ k: valibot.number() })]) }), {
        u: { k: secret },
      }),
    [{ pointer: "#/u/k", detail: "Invalid type: Expected number" }],
  ],
  [
    "Standard Schema: the bare result",
    async () => {
      throw await valibot.object({ a: valibot.number() })["~standard"].validate({ a: secret });
    },
    [{ pointer: "#/a", detail: "Invalid type: Expected number" }],
  ],
];

class Line {
  @Max(3, { message: "$value is more than 3" })
  quantity!: number;
}

class Order {
  @IsEmail()
  email!: string;

  @IsEmail({}, { message: "$value is no address" })
  copy!: string;

  @IsArray()
  @ValidateNested({ each: true })
  lines!: Line[];
}

const classRows: Row[] = [
  [
    "class-validator: a bare list, nested",
    () =>
      validateOrReject(
        Object.assign(new Order(), { email: secret, copy: secret, lines: [Object.assign(new Line(), { quantity: 9001 })] }),
      ),
    [
      { pointer: "#/email", detail: "email must be an email" },
      { pointer: "#/copy", detail: "Not valid." },
      { pointer: "#/lines/0/quantity", detail: "Not valid." },
    ],
  ],
  [
    "class-validator: what it knows nothing about",
    () => validateOrReject({ secret }),
    [{ detail: "an unknown value was passed to the validate function" }],
  ],
];

const struct = superstruct.object({
  a: superstruct.string(),
  e: superstruct.enums(["x", "y"]),
  p: superstruct.pattern(superstruct.string(), /^\d+$/),
  u: superstruct.array(superstruct.number()),
  r: superstruct.refine(superstruct.string(), "r", (value) => `bad ${value}`),
});

const superstructRows: Row[] = [
  [
    "superstruct: every failure",
    () => superstruct.assert({ a: 12345, e: secret, p: secret, u: [1, secret], r: secret, extra: secret }, struct),
    [
      { pointer: "#/a", detail: "Expected a string" },
      { pointer: "#/e", detail: 'Expected one of `"x","y"`' },
      { pointer: "#/p", detail: "Expected a string matching `/^\\d+$/`" },
      { pointer: "#/u/1", detail: "Expected a number" },
      { pointer: "#/r", detail: "Not valid." },
      { pointer: "#/extra", detail: "Expected a value of type `never`" },
    ],
  ],
  [
    "superstruct: only the first failure of much",
    () => superstruct.assert(Array(5000).fill(secret), superstruct.array(superstruct.number())),
    [{ pointer: "#/0", detail: "At path: 0 -- Expected a number" }],
  ],
  [
    "superstruct: a check that throws once it is asked for more",
    () => {
      const trap = superstruct.refine(superstruct.string(), "trap", () => {
        throw new Error(secret);
      });
      superstruct.assert({ a: 1, b: "x" }, superstruct.object({ a: superstruct.string(), b: trap }));
    },
    [{ pointer: "#/a", detail: "At path: a -- Expected a string" }],
  ],
];

const sent = {
  body: { items: [{ price: secret }], "a.b": secret, custom: secret, down: "x" },
  query: { page: secret, filter: { name: secret } },
  params: { id: secret },
  cookies: { sid: secret },
  headers: { "x-count": secret },
};

const chains =
  (...checks: { run: ValidationChain["run"] }[]) =>
  async () => {
    const request = structuredClone(sent);
    for (const check of checks) await check.run(request);
    validationResult(request).throw();
  };

const expressRows: Row[] = [
  [
    "express-validator: each part of a request",
    chains(
      body("items.*.price").isInt(),
      body('["a.b"]')
        .isInt()
        .withMessage((value) => `${value} is no number`),
      body("custom").custom(() => {
        throw new Error("is taken");
      }),
      body("down").custom(() => Promise.reject(new Error(`connect ECONNREFUSED 10.0.0.1 ${secret}`))),
      body("object").exists().withMessage({ internal: secret }),
      query("page").isInt(),
      query("filter.name").isInt(),
      param("id").isInt(),
      cookie("sid").isInt(),
      header("X-Count").isInt(),
    ),
    [
      { pointer: "#/items/0/price", detail: "Invalid value" },
      { pointer: "#/a.b", detail: "Not valid." },
      { pointer: "#/custom", detail: "is taken" },
      { pointer: "#/down", detail: "Not valid." },
      { pointer: "#/object", detail: "Not valid." },
      { parameter: "page", detail: "Invalid value" },
      { parameter: "filter[name]", detail: "Invalid value" },
      { parameter: "id", detail: "Invalid value" },
      { parameter: "sid", detail: "Invalid value" },
      { header: "x-count", detail: "Invalid value" },
    ],
  ],
  [
    "express-validator: alternatives, grouped or not, and fields that are not known",
    chains(
      oneOf([body("custom").isInt(), query("page").isInt()]),
      oneOf([[body("custom").isInt(), param("id").isInt()], query("page").isInt()], { errorType: "grouped" }),
      checkExact(query("page"), { locations: ["query"] }),
    ),
    [
      { pointer: "#/custom", detail: "Invalid value" },
      { parameter: "page", detail: "Invalid value" },
      { pointer: "#/custom", detail: "Invalid value" },
      { parameter: "id", detail: "Invalid value" },
      { parameter: "page", detail: "Invalid value" },
      { parameter: "filter", detail: "Unknown field(s)" },
    ],
  ],
];

describe("a validation library's error is a 400 that lists the fields, never their values", () => {
  const rows = [zodRows, ajvRows, joiRows, yupRows, valibotRows, classRows, superstructRows, expressRows].flat();
  it.each(rows)("%s", async (_, fail, errors) => {
    const problem = normalizeError(await thrownBy(fail));
    expect(problem.errors).toEqual(errors);
    expect(problem).toMatchObject({ status: 400, receivedStatus: undefined, code: "FSS.0400" });
    expect(shown(problem)).not.toContain(secret);
  });
});

describe("where the fields are", () => {
  const validation = [{ keyword: "required", instancePath: "/x", params: { missingProperty: "y" }, message: "is missing" }];
  it.each([
    ["body", { pointer: "#/x/y" }],
    ["querystring", { parameter: "x[y]" }],
    ["params", { parameter: "x[y]" }],
    ["headers", { header: "x" }],
    ["constructor", {}],
  ])("Fastify's %s", (validationContext, place) => {
    const { errors } = normalizeError(Object.assign(new Error(), { validation, validationContext }));
    expect(errors).toEqual([{ ...place, detail: "is missing" }]);
  });

  it.each([
    ["a lone surrogate", { "\ud800": 1 }, "#/%EF%BF%BD"],
    ["a long key, by its container", { a: { ["k".repeat(300)]: 1 } }, "#/a"],
    ["a deep one, by its container", JSON.parse(`${'{"a":'.repeat(50)}1${"}".repeat(50)}`), `#${"/a".repeat(32)}`],
  ])("%s", async (_, value, pointer) => {
    type Tree = { [key: string]: Tree };
    const tree: z.ZodType<Tree> = z.lazy(() => z.record(z.string(), tree));
    expect(normalizeError(await thrownBy(() => tree.parse(value))).errors?.[0]).toMatchObject({ pointer });
  });
});

describe("whose fault it is", () => {
  const issues = () => z.object({ a: z.number() }).safeParse({ a: secret }).error;

  it.each([
    [
      "a status of its own that the contract lacks",
      Object.assign(issues()!, { status: 422 }),
      {},
      { status: 400, receivedStatus: 422 },
    ],
    ["a status of its own", Object.assign(issues()!, { statusCode: 409 }), {}, { status: 409 }],
    ["the server's own data", Object.assign(issues()!, { status: 500 }), {}, { status: 500 }],
    ["an upstream's reply", issues(), { origin: "upstream" }, { status: 502 }],
    ["a stored record", issues(), { origin: "datastore" }, { status: 500 }],
    ["a request", issues(), { origin: "inbound" }, { status: 400 }],
  ] as const)("%s", (_, error, options, expected) => {
    const problem = normalizeError(error, options);
    expect(problem).toMatchObject(expected);
    expect(problem.errors).toEqual(
      problem.status < 500 ? [{ pointer: "#/a", detail: expect.stringContaining("number") }] : undefined,
    );
    expect(shown(problem)).not.toContain(secret);
  });

  it("an http-error that took the list along is shown with its message", () => {
    const problem = normalizeError(createError(422, "The order is not valid", { errors: ajvErrors() }));
    expect(problem).toMatchObject({ status: 400, receivedStatus: 422, detail: "The order is not valid", errors: orderErrors });
  });

  it.each([
    ["GraphQL's result", { errors: [{ message: secret, path: ["a"] }] }],
    ["an AggregateError", new AggregateError([new Error(secret)])],
    ["a tracker's issues", { issues: [{ title: secret }] }],
    ["an empty list", { issues: [], errors: [], validation: [], details: [], isJoi: true }],
    ["a list that is none", { issues: "x", errors: {}, validation: 1, failures: 1 }],
    ["an empty array", []],
    ["a ValidationError of somebody else", Object.assign(new Error(secret), { name: "ValidationError" })],
  ])("not validation: %s", (_, value) => {
    const problem = normalizeError(value);
    expect(problem).toMatchObject({ status: 500 });
    expect(problem.errors).toBeUndefined();
    expect(shown(problem)).not.toContain(secret);
  });
});

describe("bounds", () => {
  it("lists at most 100 fields", async () => {
    const error = await thrownBy(() => z.array(z.number()).parse(Array(5000).fill(secret)));
    expect(normalizeError(error).errors).toHaveLength(100);
  });

  it.each([
    ["a value that looks like what is cut off", `${secret}, received ${secret}`],
    ["a nested one", [[{ deep: secret }]]],
    ["one with quotes and line breaks", `"${secret}"\n`],
    ["one around which there is space", `  ${secret}  `],
  ])("drops a custom message that quotes %s", async (_, value) => {
    const schema = yup.mixed().test("t", "${value} it was, and ${originalValue}", () => false);
    expect(normalizeError(await thrownBy(() => schema.validate(value))).errors).toEqual([{ detail: "Not valid." }]);
  });

  it("looks at no more of them", () => {
    let looks = 0;
    const issue = {
      get message() {
        return String(looks++);
      },
    };
    normalizeError({ issues: Array.from({ length: 5000 }, () => issue) });
    expect(looks).toBeLessThan(200);
  });

  it("drops a message that is too long to look at", async () => {
    const error = await thrownBy(() =>
      yup
        .string()
        .matches(/^\d/, ({ value }) => `no ${value}`)
        .validate(`${secret}${"x".repeat(10_000)}`),
    );
    expect(normalizeError(error).errors).toEqual([{ detail: "Not valid." }]);
  });

  it("survives a hostile list", () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const hostile = {
      get message(): string {
        throw new Error(secret);
      },
    };
    for (const issues of [
      proxy,
      [proxy],
      [hostile],
      [
        {
          message: "m",
          path: [
            proxy,
            {
              get key() {
                throw new Error(secret);
              },
            },
          ],
        },
      ],
    ])
      expect([400, 500]).toContain(normalizeError({ issues }).status);
  });
});

describe("express-openapi-validator", () => {
  const id = { name: "id", in: "path", required: true, schema: { type: "integer" } };
  const item = {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { type: "string", maxLength: 3 },
      kind: { type: "string", enum: ["a", "b"] },
      when: { type: "string", format: "code" },
    },
  };
  const ok = { 200: { description: "ok", content: { "application/json": { schema: item } } } };
  const secured = { security: [{ bearer: [] }], responses: { 200: { description: "ok" } } };
  const apiSpec = {
    openapi: "3.0.3",
    info: { title: "t", version: "1" },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths: {
      "/items": {
        post: { requestBody: { required: true, content: { "application/json": { schema: item } } }, responses: ok },
      },
      "/items/{id}": {
        get: {
          parameters: [
            id,
            { name: "limit", in: "query", schema: { type: "integer", maximum: 5 } },
            { name: "X-Count", in: "header", schema: { type: "integer" } },
          ],
          responses: ok,
        },
      },
      "/secured": { get: secured },
    },
  };
  const handlers: Record<string, () => unknown> = {
    refuses: () => false,
    forbids: () => {
      throw Object.assign(new Error(secret), { status: 403 });
    },
    unreachable: () => fetch("http://127.0.0.1:1/").then(() => true),
  };
  const decode = () => {
    throw new Error(`cannot decode ${secret}`);
  };
  const json = (value: unknown) => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });

  let caught: unknown;
  const server = createServer(
    express()
      .use(express.json())
      .use(
        openApi({
          apiSpec: apiSpec as never,
          validateRequests: { allErrors: true },
          validateResponses: true,
          serDes: [{ format: "code", deserialize: decode, serialize: String }],
          validateSecurity: { handlers: { bearer: (request) => handlers[String(request.headers["x-handler"])]!() as boolean } },
        }),
      )
      .use((_request, response) => void response.json({ name: 17, leak: secret }))
      .use(((error, _request, response, _next) => {
        caught = error;
        response.end();
      }) satisfies ErrorRequestHandler),
  );
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [
      "a body",
      "/items",
      json({ name: secret, kind: secret, extra: secret }),
      {
        status: 400,
        errors: [
          { pointer: "#/extra", detail: "must NOT have additional properties" },
          { pointer: "#/name", detail: "must NOT have more than 3 characters" },
          { pointer: "#/kind", detail: "must be equal to one of the allowed values: a, b" },
        ],
      },
    ],
    [
      "a missing member",
      "/items",
      json({}),
      { status: 400, errors: [{ pointer: "#/name", detail: "must have required property 'name'" }] },
    ],
    [
      "a deserialiser's own words",
      "/items",
      json({ name: "n", when: "x" }),
      { status: 400, errors: [{ pointer: "#/when", detail: "Not valid." }] },
    ],
    [
      "parameters and a header",
      `/items/${secret}?limit=9`,
      { headers: { "x-count": secret } },
      {
        status: 400,
        errors: [
          { parameter: "limit", detail: "must be <= 5" },
          { header: "x-count", detail: "must be integer" },
          { parameter: "id", detail: "must be integer" },
        ],
      },
    ],
    [
      "an unknown parameter",
      `/items/1?nope=${secret}`,
      {},
      { status: 400, errors: [{ parameter: "nope", detail: "Unknown query parameter 'nope'" }] },
    ],
    [
      "a media type",
      "/items",
      { method: "POST", headers: { "content-type": "text/s3cr3t" }, body: "x" },
      { status: 400, receivedStatus: 415 },
    ],
    ["a method", "/items/1", { method: "DELETE" }, { status: 405, headers: { allow: "GET" } }],
    ["an address", `/${secret}`, {}, { status: 404 }],
    ["no credentials", "/secured", {}, { status: 401 }],
    [
      "credentials that are refused",
      "/secured",
      { headers: { authorization: "bearer x", "x-handler": "refuses" } },
      { status: 401 },
    ],
    ["a handler's own status", "/secured", { headers: { authorization: "bearer x", "x-handler": "forbids" } }, { status: 403 }],
    [
      "an identity provider that is down",
      "/secured",
      { headers: { authorization: "bearer x", "x-handler": "unreachable" } },
      { status: 502 },
    ],
    ["its own response", "/items/1", {}, { status: 500 }],
  ])("%s", async (_, path, init, expected) => {
    caught = undefined;
    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(5000) });
    const problem = normalizeError(caught);
    expect({ errors: undefined, ...problem }).toMatchObject({ errors: undefined, ...expected });
    expect(shown(problem)).not.toContain(secret);
  });
});

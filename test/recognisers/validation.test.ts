import { Ajv } from "ajv";
import { ArkErrors, type } from "arktype";
import { IsArray, IsEmail, Max, validateOrReject, ValidateNested } from "class-validator";
import { Schema } from "effect";
import createError from "http-errors";
import Joi from "joi";
import * as superstruct from "superstruct";
import * as valibot from "valibot";
import { describe, expect, it } from "vitest";
import * as yup from "yup";
import { z } from "zod";
import { z as z3 } from "zod3";
import { normalizeError, type Problem } from "@fg-errors/core";
import { failure } from "./outcome.js";

const secret = "s3cr3t";

/** One row: what fails, and the fields the client reads. */
type Row = readonly [name: string, fail: () => unknown, errors: readonly object[]];

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

const rootRows: Row[] = [
  ["valibot: the whole content", () => valibot.parse(valibot.number(), secret), [{ detail: "Invalid type: Expected number" }]],
  [
    "Standard Schema: the whole content",
    () => Promise.reject(Object.assign(new Error("x"), { name: "SchemaError", issues: [{ message: "is no number" }] })),
    [{ detail: "is no number" }],
  ],
];

const effectRows: Row[] = [
  [
    "effect: what was expected, not what came instead",
    async () => {
      const item = Schema.Struct({
        a: Schema.Number,
        b: Schema.Array(Schema.Int),
        c: Schema.NumberFromString,
        d: Schema.String.pipe(Schema.pattern(/^\d$/)),
        e: Schema.parseJson(),
        f: Schema.Number,
        g: Schema.Number,
        u: Schema.Union(Schema.Number, Schema.Struct({ k: Schema.Number })),
      });
      const schema = Schema.standardSchemaV1(item, { errors: "all", onExcessProperty: "error" });
      const values = { a: `${secret}, actual 1`, b: [1, secret], c: secret, d: secret, e: secret, f: null, u: { k: secret } };
      throw await schema["~standard"].validate({ ...values, extra: secret });
    },
    [
      { pointer: "#/extra", detail: 'is unexpected, expected: "a" | "b" | "c" | "d" | "e" | "f" | "g" | "u"' },
      { pointer: "#/a", detail: "Expected number" },
      { pointer: "#/b/1", detail: "Expected number" },
      { pointer: "#/c", detail: "Not valid." },
      { pointer: "#/d", detail: "Expected a string matching the pattern ^\\d$" },
      { pointer: "#/e", detail: "Not valid." },
      { pointer: "#/f", detail: "Expected number, actual null" },
      { pointer: "#/g", detail: "is missing" },
      { pointer: "#/u", detail: "Expected number" },
      { pointer: "#/u/k", detail: "Expected number" },
    ],
  ],
];

const arkShape = type({
  user: { pw: "number" },
  b: "number[]",
  c: "'x'|'y'",
  d: "(string>8)&/^[a]/",
  r: type("string").narrow((value, context) => context.reject(`no ${value}`)),
  u: type("number[]").or({ k: "number" }),
});
const arkValue = { user: { pw: secret }, b: [1, secret], c: secret, d: secret, r: secret, u: { k: secret } };
const arkErrors = [
  { pointer: "#/b/1", detail: "b[1] must be a number" },
  { pointer: "#/c", detail: 'c must be "x"' },
  { pointer: "#/c", detail: 'c must be "y"' },
  { pointer: "#/d", detail: "d must be matched by ^[a]" },
  { pointer: "#/d", detail: "d must be at least length 9" },
  { pointer: "#/r", detail: "Not valid." },
  { pointer: "#/u/k", detail: "u.k must be a number" },
  { pointer: "#/user/pw", detail: "user.pw must be a number" },
];

const arkRows: Row[] = [
  ["arktype: the result", () => Promise.reject(arkShape(arkValue)), arkErrors],
  ["arktype: an assertion", () => arkShape.assert(arkValue), arkErrors],
  [
    "arktype: a missing member",
    () => type({ a: { b: "number" } }).assert({ a: {} }),
    [{ pointer: "#/a/b", detail: "a.b must be a number" }],
  ],
  [
    "arktype: Standard Schema's result, thrown by itself",
    () => {
      const result = type({ a: "string" })["~standard"].validate({ a: 7331 });
      if (result instanceof ArkErrors) result.throw();
    },
    [{ pointer: "#/a", detail: "a must be a string" }],
  ],
  [
    "arktype: a message that quotes the value",
    () => type({ a: type.string.configure({ message: ({ data }) => `got ${String(data)}` }) }).assert({ a: 7331 }),
    [{ pointer: "#/a", detail: "Not valid." }],
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

describe("a validation library's error is a 400 that lists the fields, never their values", () => {
  const rows = [
    zodRows,
    ajvRows,
    joiRows,
    yupRows,
    valibotRows,
    rootRows,
    effectRows,
    arkRows,
    classRows,
    superstructRows,
  ].flat();
  it.each(rows)("%s", async (_, fail, errors) => {
    const problem = normalizeError(await failure(fail));
    expect(problem.errors).toEqual(errors);
    expect(problem).toMatchObject({ status: 400, receivedStatus: undefined, code: "FSS.0400" });
    expect(shown(problem)).not.toContain(secret);
  });
});

it("an http-error that took the list along is shown with its message", () => {
  const problem = normalizeError(createError(422, "The order is not valid", { errors: ajvErrors() }));
  expect(problem).toMatchObject({ status: 400, receivedStatus: 422, detail: "The order is not valid", errors: orderErrors });
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
    expect(normalizeError(await failure(() => tree.parse(value))).errors?.[0]).toMatchObject({ pointer });
  });
});

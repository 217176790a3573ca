// Names and sentences of invalid fields, in each dialect in which libraries list them, with what no text for a client may have.
import { normalizeError } from "@fg-errors/core";
import { expect, it } from "vitest";

const unclean = "\u0000\u001b[31m\u202e\u2028\r\n";
const key = `na${unclean}me`;
const message = `must be${unclean} a number`;

const named = (name: string, members: object) => Object.assign(new Error("Invalid"), { name }, members);

/** Gives what each library throws, with so many fields. */
const thrown: Readonly<Record<string, (count: number) => unknown>> = {
  "Standard Schema": (count) => named("ZodError", { issues: times(count, { path: [key, { key }], message }) }),
  "unknown keys": () => named("ZodError", { issues: [{ path: [], keys: [key], message }] }),
  joi: (count) => named("ValidationError", { isJoi: true, details: times(count, { path: [key], message, context: { key } }) }),
  celebrate: (count) =>
    named("CelebrateError", {
      details: new Map(["headers", "query"].map((part) => [part, { details: times(count, { path: [key], message }) }])),
    }),
  ajv: (count) =>
    named("ValidationError", {
      errors: times(count, { instancePath: `/${key}`, keyword: "type", params: { missingProperty: key }, message }),
    }),
  fastify: (count) =>
    Object.assign(new Error("Invalid"), {
      validation: times(count, { instancePath: `/${key}`, keyword: "type", params: {}, message }),
      validationContext: "querystring",
    }),
  yup: (count) => named("ValidationError", { inner: times(count, { path: key, message, inner: [], errors: [message] }) }),
  "class-validator": (count) =>
    times(count, { property: key, constraints: { isNumber: message, isInt: message, isPositive: message } }),
  "express-validator": (count) =>
    named("Error", { errors: times(count, { type: "field", location: "query", path: key, msg: message }) }),
  "express-openapi-validator": (count) =>
    named("Bad Request", { status: 400, errors: times(count, { path: `/body/${key}`, message }) }),
  "fastest-validator": (count) => times(count, { type: "number", field: key, message, actual: 1 }),
  "validate.js": () => ({ [key]: [`Na${unclean}me is not a number`] }),
  "validate.js, in detail": (count) => times(count, { attribute: key, validator: "type", error: message, globalOptions: {} }),
  ow: () =>
    named("ArgumentError", {
      validationErrors: new Map([
        [
          "order",
          new Set([`Expected property \`${key}\` to be of type \`number\` but received type \`string\` in object \`order\``]),
        ],
      ]),
    }),
  TypeBox: () => named("AssertError", { error: { path: `/${key}`, schema: {}, message, value: undefined } }),
  runtypes: () => named("ValidationError", { failure: { code: "X", message, details: { [key]: { code: "X", message } } } }),
  typia: () => named("TypeGuardError", { path: `$input.${key}`, expected: "number" }),
  effect: () =>
    named("ParseError", { issue: { _tag: "Pointer", path: [key], issue: { _tag: "Type", ast: { _tag: "NumberKeyword" } } } }),
  vine: (count) =>
    Object.assign(new Error("Invalid"), {
      code: "E_VALIDATION_ERROR",
      messages: times(count, { field: key, message, rule: "x" }),
    }),
  "io-ts": (count) =>
    times(count, {
      context: [
        { key: "", type: {} },
        { key, type: {} },
      ],
    }),
};

it.each(Object.entries(thrown))("of %s are clean", (_, make) => {
  const { status, errors = [] } = normalizeError(make(1));
  expect(status).toBe(400);
  expect(errors.length).toBeGreaterThan(0);
  for (const field of errors)
    for (const text of Object.values(field)) expect(text).toMatch(/^[^\p{Cc}\p{Bidi_Control}\u2028\u2029]+$/u);
});

it.each(Object.entries(thrown))("of %s are a hundred at most", (_, make) => {
  expect(normalizeError(make(150)).errors?.length).toBeLessThanOrEqual(100);
});

it("are cut to what is sent", () => {
  const path = times(20, "é".repeat(100));
  const [field] = normalizeError(named("ZodError", { issues: [{ path, message: "x ".repeat(1500) }] })).errors ?? [];
  expect(field!.pointer).toHaveLength(1000);
  expect(field!.detail).toHaveLength(1000);
});

it.each([
  ["keys", named("ZodError", { issues: [{ path: [], keys: withHole("b"), message }] })],
  ["constraints", [{ property: "a", constraints: withHole("must be a number") }]],
  [
    "messages",
    Object.assign(new Error("Invalid"), { code: "E_VALIDATION_ERROR", messages: withHole({ field: "b", message: "x" }) }),
  ],
  [
    "issues",
    withHole(
      {
        context: [
          { key: "", type: {} },
          { key: "b", type: {} },
        ],
      },
      1,
    ),
  ],
  [
    "an error's own fields",
    Object.assign(new Error("Invalid"), { errors: withHole({ path: "b", kind: "required" }), name: "SequelizeValidationError" }),
  ],
])("of a list of %s with a hole are fields all the same", (_, failure) => {
  const { errors = [] } = normalizeError(failure);
  expect(errors).toHaveLength(2);
  for (const field of errors) expect(field?.detail).toBeTypeOf("string");
});

it("that have the same length stay apart, also beyond those that are remembered", () => {
  const messages = Array.from({ length: 12 }, (_, index) => `must have ${String(index).padStart(2, "0")} letters`);
  const read = () =>
    normalizeError(named("ZodError", { issues: messages.map((each) => ({ path: ["a"], message: each })) })).errors;
  for (const time of [1, 2, 3]) expect([time, read()?.map(({ detail }) => detail)]).toEqual([time, messages]);
});

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

function withHole(value: unknown, at = 0): unknown[] {
  const list: unknown[] = [value, value];
  delete list[at];
  return list;
}

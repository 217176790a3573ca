// What fastest-validator and validate.js return, and their users throw; and what ow throws.
import { createRequire } from "node:module";
import { normalizeError } from "@fg-errors/core";
import ow from "ow";
import { describe, expect, it } from "vitest";
import { failure, outcome } from "./outcome.js";

const FastestValidator = createRequire(import.meta.url)("fastest-validator") as new (settings: object) => {
  compile(schema: object): (values: object) => unknown;
};
const validate = createRequire(import.meta.url)("validate.js") as {
  (values: object, constraints: object, options?: object): unknown;
  async(values: object, constraints: object): Promise<unknown>;
};

/** The invalid fields that a client gets. */
function fieldsOf(thrown: unknown) {
  const { status, errors, cause: _cause, ...others } = normalizeError(thrown);
  expect([status, JSON.stringify([errors, others])]).toEqual([400, expect.not.stringContaining("s3cr3t")]);
  const { status: ofUpstream, errors: withheld } = normalizeError(thrown, { origin: "upstream" });
  expect([ofUpstream, withheld]).toEqual([502, undefined]);
  return errors;
}

it("fastest-validator", () => {
  const check = new FastestValidator({ useNewCustomCheckerFunction: true }).compile({
    name: { type: "string", min: 3 },
    order: { $$type: "object", mail: "email" },
    list: { type: "array", items: "number" },
    own: {
      type: "string",
      custom: (value: unknown, errors: object[]) => {
        errors.push({ type: "own", expected: null, actual: value, message: "{actual} is wrong" });
        return value;
      },
    },
    needed: "any",
  });
  const list = check({ name: "s3", order: { mail: "s3cr3t" }, list: ["s3cr3t"], own: "s3cr3t" });
  expect(fieldsOf(list)).toEqual([
    { pointer: "#/name", detail: expect.stringContaining("3 characters") },
    { pointer: "#/order/mail", detail: "The 'order.mail' field must be a valid e-mail." },
    { pointer: "#/list/0", detail: "The 'list[0]' field must be a number." },
    { pointer: "#/own", detail: expect.any(String) },
    { pointer: "#/needed", detail: "The 'needed' field is required." },
  ]);
});

describe("validate.js", () => {
  const values = { age: "s3cr3t", size: 1717, mail: "s3cr3t" };
  const constraints = {
    firstName: { presence: true },
    "address.post_code": { presence: true },
    age: { numericality: true },
    size: { inclusion: { within: [1], message: "%{value} is wrong" } },
    mail: { email: { message: "^Not %{value}" } },
  };

  it("messages by attribute: only its own words are repeated", async () => {
    const fields = fieldsOf(await failure(() => validate.async(values, constraints)));
    expect(fields).toEqual([
      { pointer: "#/firstName", detail: "First name can't be blank" },
      { pointer: "#/address/post_code", detail: expect.any(String) },
      { pointer: "#/age", detail: "Age is not a number" },
      { pointer: "#/size", detail: "Not valid." },
      { pointer: "#/mail", detail: "Not valid." },
    ]);
  });

  it("a detailed list", () => {
    expect(fieldsOf(validate(values, constraints, { format: "detailed" }))).toEqual([
      { pointer: "#/firstName", detail: "First name can't be blank" },
      { pointer: "#/address/post_code", detail: expect.any(String) },
      { pointer: "#/age", detail: "Age is not a number" },
      { pointer: "#/size", detail: "Not valid." },
      { pointer: "#/mail", detail: "Not valid." },
    ]);
  });
});

describe("ow", () => {
  it.each<[string, () => void, object]>([
    ["a type", () => ow("s3cr3t", ow.number), { detail: "Must be of type number." }],
    [
      "a member",
      () =>
        ow(
          { order: { count: "s3cr3t" } },
          "body",
          ow.object.partialShape({ order: ow.object.partialShape({ count: ow.number }) }),
        ),
      { pointer: "#/order/count", detail: "Must be of type number." },
    ],
    [
      "a member's value",
      () => ow({ mail: "s3cr3t" }, "body", ow.object.partialShape({ mail: ow.string.startsWith("a") })),
      { pointer: "#/mail", detail: "Not valid." },
    ],
    [
      "a member that is not known",
      () => ow({ more: "s3cr3t" }, "body", ow.object.exactShape({})),
      { pointer: "#/more", detail: "Not valid." },
    ],
  ])("%s", async (_what, run, field) => {
    expect(fieldsOf(await failure(run))).toEqual([expect.objectContaining(field)]);
  });
});

describe("but not", () => {
  it.each<[string, unknown]>([
    ["an empty list", []],
    ["a list of texts", ["Name can't be blank"]],
    ["an object of texts", { name: "Name can't be blank" }],
    ["an object whose messages are about something else", { errors: ["connect ECONNREFUSED s3cr3t"] }],
    ["an object with something besides", { name: ["Name can't be blank"], more: 17 }],
    ["an empty object", {}],
    ["a list of errors", [Object.assign(new Error("s3cr3t"), { type: "a", field: "b" })]],
    ["an ArgumentError of somebody else", Object.assign(new Error("s3cr3t"), { name: "ArgumentError" })],
  ])("%s", (_what, thrown) => {
    expect(outcome(thrown)[0]).toBeGreaterThanOrEqual(500);
  });
});

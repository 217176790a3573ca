// Wherever a message of the application's own quotes the value that was sent, no part of the value leaves.
import { normalizeError } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { Ajv } from "ajv";
import { type } from "arktype";
import * as fc from "fast-check";
import Joi from "joi";
import * as superstruct from "superstruct";
import * as valibot from "valibot";
import { describe, expect, it } from "vitest";
import * as yup from "yup";
import { z } from "zod";
import { settings } from "./settings.js";

/** What is thrown where a value is refused with that message. */
type Refuse = (value: unknown, message: string) => unknown;

const rejected =
  (act: Refuse): Refuse =>
  (value, message) => {
    try {
      return act(value, message);
    } catch (error) {
      return error;
    }
  };

const refusals: Readonly<Record<string, Refuse>> = {
  zod: (value, message) => z.unknown().refine(() => false, message).safeParse(value, { reportInput: true }).error, // prettier-ignore
  joi: (value, message) =>
    Joi.any()
      .custom((_value, helpers) => helpers.message({ custom: message.replaceAll("{", "") }))
      .validate(value).error,
  yup: rejected((value, message) =>
    yup
      .mixed()
      .test(
        "t",
        () => message,
        () => false,
      ) // prettier-ignore
      .validateSync(value),
  ),
  valibot: rejected((value, message) =>
    valibot.parse(
      valibot.pipe(
        valibot.unknown(),
        valibot.check(() => false, message),
      ),
      value,
    ),
  ),
  arktype: (value, message) => type("unknown").narrow((_value, context) => context.reject({ message }))(value),
  superstruct: (value, message) =>
    superstruct.validate(
      value,
      superstruct.refine(superstruct.any(), "r", () => message),
    )[0],
  ajv: (value, message) => {
    const keyword = (): boolean => ((keyword.errors = [{ keyword: "odd", message, params: {} }]), false);
    keyword.errors = [] as object[];
    const validate = new Ajv({ verbose: true }).addKeyword({ keyword: "odd", validate: keyword }).compile({ odd: true });
    validate(value);
    return validate.errors;
  },
};

/** Only the value has capitals. A character beyond the BMP, or one that JSON escapes, may be where it is cut. */
const secret = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(..."ABCDEFGH") },
      fc.constantFrom("😀", '"', "\n", "\\", "\u0001", "\u202e", "Ä", " "),
    ),
    { minLength: 3, maxLength: 300 },
  ) // prettier-ignore
  .map((parts) => `K${parts.join("")}KK`)
  .chain((text) => fc.constantFrom(text, text, `${text}${"L".repeat(5000)}`, `  ${text}\t`));

/** The value itself, or an object that has it somewhere. */
const kept = (text: string) => fc.constantFrom<unknown>(text, { a: text }, [[text]], { a: 1, b: { c: [text] } });

const quotes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trim(),
  (text) => JSON.stringify(text),
  (text) => `'${text}'`,
  (text) => text.slice(0, 150),
];

/** At a border, mostly: of what is sent, and of what is looked at. */
const offset = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 890, max: 1110 }),
  fc.integer({ min: 3900, max: 4100 }),
);

const drawn = secret.chain((text) => fc.record({ text: fc.constant(text), value: kept(text), quote: fc.constantFrom(...quotes), before: offset, after: offset })); // prettier-ignore

const capitals = /[A-Z😀Ä]/u;

describe.each(Object.entries(refusals))("%s", (_name, refuse) => {
  it("reveals nothing of a value that its message quotes, wherever that is cut", () => {
    fc.assert(
      fc.property(drawn, ({ text, value, quote, before, after }) => {
        const { errors } = normalizeError(refuse(value, `${"x".repeat(before)}${quote(text)}${"y".repeat(after)}`));
        expect(errors).toHaveLength(1);
        expect(errors![0]!.detail.replace("Not valid.", "")).not.toMatch(capitals);
      }),
      settings(),
    );
  });
});

it.each(["value", "input", "rejectedValue", "received"])(
  "an upstream's message that quotes its %s is not passed on",
  async (name) => {
    await fc.assert(
      fc.asyncProperty(drawn, fc.boolean(), async ({ text, value, quote, before, after }, isNamed) => {
        const entry = { message: `${"x".repeat(before)}${quote(text)}${"y".repeat(after)}`, [name]: value };
        const body = JSON.stringify({ errors: isNamed ? { field: entry } : [{ field: "field", ...entry }] });
        const { errors = [] } = await normalizeUpstream(new Response(body, { status: 400 }));
        for (const { detail } of errors) expect(detail.replace("Not valid.", "")).not.toMatch(capitals);
      }),
      settings(),
    );
  },
);

// Every validation library, made to fail with any JSON object for content, in a way that its message names the content's keys if that can be.
import { Ajv } from "ajv";
import { type } from "arktype";
import { IsOptional, validateOrReject } from "class-validator";
import { Schema } from "effect";
import express from "express";
import { middleware as openApi } from "express-openapi-validator";
import { body, validationResult } from "express-validator";
import Joi from "joi";
import * as superstruct from "superstruct";
import * as valibot from "valibot";
import * as yup from "yup";
import { z } from "zod";
import { z as z3 } from "zod3";
import { thrownBy } from "../recognisers/thrown-by.js";

type Content = Readonly<Record<string, unknown>>;

class Nothing {
  @IsOptional()
  nothing?: string;
}

const apiSpec = {
  openapi: "3.0.3",
  info: { title: "t", version: "1" },
  paths: {
    "/": {
      post: {
        requestBody: {
          content: { "application/json": { schema: { type: "object", additionalProperties: { type: "integer" } } } },
        },
        responses: { 200: { description: "ok" } },
      },
    },
  },
};

const byApiSpec = openApi({ apiSpec: apiSpec as never, validateRequests: { allErrors: true } });

/** Read once for each content: a validator may ask for each of its members. */
const firstKeys = new WeakMap<object, string>();
function firstKey(content: unknown): string {
  const key = firstKeys.get(content as object) ?? Object.keys(content as object)[0]!;
  firstKeys.set(content as object, key);
  return key;
}

const noKey = { keyword: "noKey", errors: true, validate: quoteKey };
function quoteKey(_schema: boolean, content: object): boolean {
  quoteKey.errors = [{ keyword: "noKey", message: `${firstKey(content)} is odd`, params: {} }];
  return false;
}
quoteKey.errors = [] as object[];

/** What each of them throws, or gives back, when it is shown the content. */
export const validators: Readonly<Record<string, (content: Content) => unknown>> = {
  "zod 4": (content) =>
    z.record(z.string(), z.number({ error: () => `${firstKey(content)} is odd` })).safeParse(content, { reportInput: true })
      .error,
  "zod 4, a union": (content) =>
    z.array(z.union([z.number(), z.strictObject({}), z.record(z.string(), z.number({ error: () => `${firstKey(content)} is odd` }))]))
      .safeParse(Array(100).fill(content), { reportInput: true }).error, // prettier-ignore
  "zod 3": (content) =>
    z3.record(z3.enum(["a"], { errorMap: () => ({ message: `${firstKey(content)} is odd` }) })).safeParse(content).error,
  ajv: (content) =>
    failed(
      new Ajv({ allErrors: true, verbose: true, strict: false }).compile({ additionalProperties: { type: "number" } }),
      content,
    ),
  "ajv, a keyword": (content) => failed(new Ajv({ verbose: true }).addKeyword(noKey).compile({ noKey: true }), content),
  joi: (content) => Joi.object({}).validate(content, { abortEarly: false }).error,
  "joi, the first": (content) => Joi.object({}).validate(content).error,
  "joi, alternatives": (content) =>
    Joi.object()
      .pattern(Joi.any(), Joi.alternatives().try(Joi.number(), Joi.string().length(0), Joi.array().items(Joi.number())))
      .validate(content, { abortEarly: false }).error,
  yup: (content) => caught(() => yup.object({}).noUnknown().strict().validateSync(content, { abortEarly: false })),
  valibot: (content) =>
    caught(() =>
      valibot.parse(
        valibot.pipe(
          valibot.any(),
          valibot.check(
            () => false,
            ({ input }) => firstKey(input),
          ),
        ),
        content,
      ),
    ),
  "valibot, unknown keys": (content) => caught(() => valibot.parse(valibot.strictObject({}), content)),
  arktype: (content) => type({ "[string]": "number" })(content),
  "arktype, unknown keys": (content) => type({ "+": "reject", "nothing?": "number" })(content),
  effect: (content) =>
    Schema.standardSchemaV1(Schema.Record({ key: Schema.String, value: Schema.Number }), { errors: "all" })["~standard"].validate(
      content,
    ),
  superstruct: (content) => superstruct.validate(content, superstruct.record(superstruct.string(), superstruct.number()))[0],
  "class-validator": (content) =>
    validateOrReject(Object.assign(new Nothing(), content), { whitelist: true, forbidNonWhitelisted: true }).catch(
      (list: unknown) => list,
    ),
  "express-validator": async (content) => {
    const request = { body: content };
    await body("*").isInt().withMessage((_value, { path }) => `${path} is odd`).run(request); // prettier-ignore
    return caught(() => validationResult(request).throw());
  },
  "express-openapi-validator": (content) =>
    thrownBy({ headers: { "content-type": "application/json" }, body: JSON.stringify(content) }, (report) =>
      express()
        .use(express.json({ limit: "10mb" }))
        .use(byApiSpec)
        .use(((error, _request, response, _next) => (report(error), response.end())) as express.ErrorRequestHandler),
    ),
};

function failed(validate: ReturnType<Ajv["compile"]>, content: unknown): unknown {
  void validate(content);
  return validate.errors;
}

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

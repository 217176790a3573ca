// The same with the libraries that answer errors for Koa.
import { badRequest, boomify, isBoom, methodNotAllowed, notFound } from "@hapi/boom";
import createError from "http-errors";
import koaJsonError from "koa-json-error";
import { onerror } from "koa-onerror";
import { contestant } from "./koa-app.js";
import { fieldsOf, message } from "./orders.js";

export const boom = contestant({
  own: () => notFound(message),
  allowed: { throw: true, methodNotAllowed: () => methodNotAllowed(undefined, undefined, ["HEAD", "GET"]) },
  errorOf: (error) => badRequest("Validation failed", fieldsOf(error)),
  first: async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw notFound();
    } catch (thrown) {
      const error = /** @type {Error & { status?: number }} */ (thrown);
      const { output, data } = isBoom(error) ? error : boomify(error, { statusCode: error.status ?? 500 });
      ctx.status = output.statusCode;
      ctx.set(/** @type {Record<string, string>} */ (output.headers));
      ctx.body = Array.isArray(data) ? { ...output.payload, errors: data } : output.payload;
    }
  },
});

export const jsonError = contestant({
  allowed: { throw: true },
  errorOf: (error) => createError(400, "Validation failed", { errors: fieldsOf(error) }),
  // Its README's advice for production.
  first: koaJsonError({
    postFormat: (/** @type {Error} */ _error, /** @type {object} */ body) => ({ ...body, stack: undefined }),
  }),
});

export const onError = contestant({
  allowed: { throw: true },
  prepare: (app) => void onerror(/** @type {any} */ (app)), // typed for Koa 2
  unmatched: () => {
    throw createError(404);
  },
});

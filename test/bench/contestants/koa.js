// A Koa application whose errors are answered by hand, by Koa itself, and by fgErrors().
import { fgErrors, problem } from "@fg-errors/koa";
import { STATUS_CODES } from "node:http";
import { ZodError } from "zod";
import { writeError } from "./hand-tuned.js";
import { contestant } from "./koa-app.js";
import { catalogue, detailOf, fieldsOf, message, OutOfStock, outOfStock, pointersOf } from "./orders.js";
import { silent } from "./usual.js";

const own = () => problem(404, message);

/** Koa's own, silent. */
export const byDefault = contestant({ allowed: {} });

export const handTuned = contestant({
  own,
  first: async (ctx, next) => {
    try {
      await next();
      if (ctx.res.statusCode !== 404 || ctx.body !== undefined) return;
      const [matched] = /** @type {{ matched?: { methods: string[] }[] }} */ (/** @type {unknown} */ (ctx)).matched ?? [];
      writeError(ctx.res, matched ? 405 : 404, ctx.url, { allow: matched?.methods.join(", ") });
    } catch (thrown) {
      const error = /** @type {Error & { status?: number }} */ (thrown);
      if (error instanceof ZodError) writeError(ctx.res, 400, ctx.url, { errors: pointersOf(error) });
      else if (error instanceof OutOfStock) writeError(ctx.res, 409, ctx.url, { detail: detailOf(error), kind: outOfStock });
      else if (error.status !== undefined && error.status < 500)
        writeError(ctx.res, error.status, ctx.url, { detail: error.message });
      else writeError(ctx.res, 500, ctx.url);
    }
    ctx.respond = false;
  },
});

/** As a careful user writes it. */
export const handWritten = contestant({
  allowed: {},
  first: async (ctx, next) => {
    try {
      await next();
      const { status } = ctx;
      if (status < 400 || ctx.body) return;
      ctx.body = { status, message: STATUS_CODES[status] };
      ctx.status = status; // which a body sets to 200
    } catch (thrown) {
      const error = /** @type {Error & { status?: number, statusCode?: number, expose?: boolean }} */ (thrown);
      const status =
        error instanceof ZodError ? 400 : error instanceof OutOfStock ? 409 : (error.status ?? error.statusCode ?? 500);
      const errors = error instanceof ZodError ? fieldsOf(error) : undefined;
      ctx.status = status;
      ctx.body = { status, message: error.expose ? error.message : STATUS_CODES[status], errors };
      if (status >= 500) ctx.app.emit("error", error, ctx);
    }
  },
});

export const ours = contestant({ own, first: fgErrors(silent) });
export const oursFunctiongraph = contestant({ own, first: fgErrors({ ...silent, format: "functiongraph" }) });
export const oursOfHttpErrors = contestant({ first: fgErrors(silent) });
export const oursByCatalogue = contestant({ first: fgErrors({ ...silent, contract: catalogue }) });

import Router from "@koa/router";
import Koa from "koa";
import { fails, httpError, order, rethrows, sellsOut, validates, validatesAs } from "./orders.js";

/** @typedef {import("koa").Middleware} Middleware */
/** @typedef {import("zod").ZodError} ZodError */

/**
 * The same application for all, with what each of them has for its errors.
 * @param {object} own
 * @param {() => Error} [own.own] what a handler throws that knows it; default: http-errors'
 * @param {(error: ZodError) => Error} [own.errorOf] what a handler makes of a validation error
 * @param {(app: Koa) => void} [own.prepare]
 * @param {Middleware} [own.first]
 * @param {Middleware} [own.unmatched] behind the routes
 * @param {import("@koa/router").AllowedMethodsOptions} [own.allowed] how the router says 405
 * @returns {import("../types.js").Contestant}
 */
export function contestant({ own = httpError, errorOf, prepare, first, unmatched, allowed }) {
  return ({ status }) => {
    const app = new Koa();
    app.silent = true;
    prepare?.(app);
    if (first) app.use(first);
    if (status === 405) {
      // Only a router knows of methods; all others do without one, which hides less.
      const router = new Router().get("/orders/17", orderOf);
      app.use(router.routes());
      if (allowed) app.use(router.allowedMethods(allowed));
    } else {
      app.use(handlers(own, errorOf));
      if (unmatched) app.use(unmatched);
    }
    return app.callback();
  };
}

/**
 * @param {() => Error} own
 * @param {((error: ZodError) => Error) | undefined} errorOf
 * @returns {Middleware}
 */
function handlers(own, errorOf) {
  const invalid = errorOf ? validatesAs(errorOf) : validates;
  return (ctx, next) => {
    switch (ctx.path) {
      case "/orders/17":
        return orderOf(ctx);
      case "/missing/17":
        throw httpError();
      case "/own/17":
        throw own();
      case "/rethrown/17":
        return rethrows();
      case "/domain/17":
        return sellsOut();
      case "/failing/17":
        return fails();
      case "/invalid/17":
        return invalid();
      case "/orders":
        return bodyOf(ctx);
      default:
        return next();
    }
  };
}

/** @param {{ body?: unknown }} ctx */
function orderOf(ctx) {
  ctx.body = order;
}

/**
 * As co-body does it, the parser of Koa's body parsers.
 * @param {Koa.Context} ctx
 */
function bodyOf(ctx) {
  return new Promise((resolve, reject) => {
    let text = "";
    ctx.req.setEncoding("utf8");
    ctx.req.on("data", (piece) => (text += piece));
    ctx.req.on("end", () => {
      try {
        ctx.body = JSON.parse(text);
        resolve(undefined);
      } catch (error) {
        reject(Object.assign(/** @type {Error} */ (error), { status: 400, body: text }));
      }
    });
  });
}

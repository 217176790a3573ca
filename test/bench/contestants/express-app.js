import express from "express";
import { fails, httpError, order, rethrows, sellsOut, validates, validatesAs } from "./orders.js";

/** @typedef {import("express").ErrorRequestHandler} ErrorHandler */
/** @typedef {import("express").RequestHandler} Handler */
/** @typedef {import("zod").ZodError} ZodError */

/**
 * The same application for all, with what each of them has for its errors.
 * @param {object} own
 * @param {() => Error} [own.own] what a handler throws that knows it; default: http-errors'
 * @param {Handler} [own.unmatched] behind the routes
 * @param {Handler} [own.notAllowed] for the other methods of a route
 * @param {(error: ZodError) => Error} [own.errorOf] what a handler makes of a validation error
 * @param {ErrorHandler} [own.onError]
 * @param {() => any} [own.last] what it mounts instead of all these
 * @returns {import("../types.js").Contestant}
 */
export function contestant({ own = httpError, unmatched, notAllowed, errorOf, onError, last }) {
  return () => {
    const app = express().disable("x-powered-by");
    app.get("/orders/:id", (_request, response) => void response.json(order));
    if (notAllowed) app.all("/orders/:id", notAllowed);
    app.get("/missing/:id", () => {
      throw httpError();
    });
    app.get("/own/:id", () => {
      throw own();
    });
    app.get("/rethrown/:id", rethrows);
    app.get("/domain/:id", sellsOut);
    app.get("/failing/:id", fails);
    app.get("/invalid/:id", errorOf ? validatesAs(errorOf) : validates);
    app.post("/orders", express.json(), (request, response) => void response.json(request.body));
    if (last) app.use(last());
    if (unmatched) app.use(unmatched);
    if (onError) app.use(onError);
    return app;
  };
}

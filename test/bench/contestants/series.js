// Express applications that have more and more of something: routes, causes of an error, invalid fields.
import { fgErrors, fgResponses } from "@fg-errors/express";
import express from "express";
import { z } from "zod";
import { writeError } from "./hand-tuned.js";
import { pointersOf } from "./orders.js";
import { silent } from "./usual.js";

/**
 * @typedef {import("../types.js").Contestant} Contestant
 * @typedef {import("express").RequestHandler} Handler
 * @typedef {import("express").ErrorRequestHandler} ErrorHandler
 */

const methods = /** @type {const} */ (["get", "post", "put", "delete"]);

/** @param {(Handler | ErrorHandler)[]} last @returns {Contestant} */
const routed =
  (...last) =>
  ({ size = 0 }) => {
    const app = application();
    for (let at = 0; at < size; at++)
      app[methods[at % methods.length] ?? "get"](`/api/r${at}/:id`, (_request, response) => void response.end());
    return last.length > 0 ? app.use(last) : app;
  };

export const routesAlone = routed();
export const routesOurs = routed(...fgErrors(silent));
/** The least that answers 405: it asks no route. */
export const routesRefused = routed(
  /** @type {Handler} */ (_request, response) => void response.status(405).json({ status: 405 }),
);

/** @param {(Handler | ErrorHandler)[]} last @returns {Contestant} */
const caused =
  (...last) =>
  ({ size = 0 }) => {
    let error = new Error("innermost");
    for (let depth = 1; depth < size; depth++) error = new Error("wrapped", { cause: error });
    const app = application().use(() => {
      throw error;
    });
    return last.length > 0 ? app.use(last) : app;
  };

export const causesAlone = caused();
export const causesOurs = caused(...fgErrors(silent));

/** @param {(Handler | ErrorHandler)[]} last @returns {Contestant} */
const validated =
  (...last) =>
  ({ size = 0 }) => {
    const { error } = z.array(z.string()).safeParse(Array.from({ length: size }, (_, at) => at));
    return application()
      .use(() => {
        throw error;
      })
      .use(last);
  };

export const fieldsTuned = validated(
  /** @type {ErrorHandler} */ (error, request, response, _next) =>
    writeError(response, 400, request.originalUrl, { errors: pointersOf(error) }),
);
export const fieldsOurs = validated(...fgErrors(silent));

/** @param {Handler[]} first @param {(Handler | ErrorHandler)[]} last @returns {Contestant} */
const waiting = (first, last) => () => {
  let waits = 0;
  const app = application();
  if (first.length > 0) app.use(first);
  app.get("/waiting", () => void waits++);
  app.get("/count", (_request, response) => void response.json(waits));
  return last.length > 0 ? app.use(last) : app;
};

export const waitingAlone = waiting([], []);
export const waitingErrors = waiting([], fgErrors(silent));
export const waitingResponses = waiting([fgResponses(silent)], fgErrors(silent));

function application() {
  return express().disable("x-powered-by");
}

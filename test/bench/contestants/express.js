// An Express application whose errors are answered by hand, by Express itself, and by fgErrors().
import { fgErrors, problem } from "@fg-errors/express";
import { STATUS_CODES } from "node:http";
import { ZodError } from "zod";
import { contestant } from "./express-app.js";
import { writeError } from "./hand-tuned.js";
import { catalogue, detailOf, fieldsOf, message, OutOfStock, outOfStock, pointersOf } from "./orders.js";
import { silent } from "./usual.js";

const own = () => problem(404, message);

/** Express's own, silent. */
export const byDefault = contestant({});

export const handTuned = contestant({
  own,
  unmatched: (request, response) => writeError(response, 404, request.originalUrl),
  notAllowed: (request, response) => writeError(response, 405, request.originalUrl, { allow: "HEAD, GET" }),
  onError(error, request, response, _next) {
    if (error instanceof ZodError) writeError(response, 400, request.originalUrl, { errors: pointersOf(error) });
    else if (error instanceof OutOfStock)
      writeError(response, 409, request.originalUrl, { detail: detailOf(error), kind: outOfStock });
    else if (error.status < 500) writeError(response, error.status, request.originalUrl, { detail: error.message });
    else writeError(response, 500, request.originalUrl);
  },
});

/** As a careful user writes it. */
export const handWritten = contestant({
  unmatched: (_request, response) => void response.status(404).json({ status: 404, message: "Not Found" }),
  notAllowed: (_request, response) =>
    void response.status(405).set("Allow", "HEAD, GET").json({ status: 405, message: "Method Not Allowed" }),
  onError(error, _request, response, next) {
    if (response.headersSent) return next(error);
    const status =
      error instanceof ZodError ? 400 : error instanceof OutOfStock ? 409 : (error.status ?? error.statusCode ?? 500);
    const message = error.expose ? error.message : STATUS_CODES[status];
    const errors = error instanceof ZodError ? fieldsOf(error) : undefined;
    response.status(status).json({ status, message, errors });
  },
});

export const ours = contestant({ own, last: () => fgErrors(silent) });
export const oursFunctiongraph = contestant({ own, last: () => fgErrors({ ...silent, format: "functiongraph" }) });
export const oursOfHttpErrors = contestant({ last: () => fgErrors(silent) });
export const oursByCatalogue = contestant({ last: () => fgErrors({ ...silent, contract: catalogue }) });

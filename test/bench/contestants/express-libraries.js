// The same with the libraries that answer errors for Express.
import { badRequest, boomify, isBoom, methodNotAllowed, notFound } from "@hapi/boom";
import Problem from "api-problem";
import problemMiddleware from "api-problem/lib/middleware.js";
import { HttpProblemResponse } from "express-http-problem-details";
import createError from "http-errors";
import { ProblemDocument } from "http-problem-details";
import strongErrorHandler from "strong-error-handler";
import { ZodError } from "zod";
import { contestant } from "./express-app.js";
import { fieldsOf, message } from "./orders.js";

export const boom = contestant({
  own: () => notFound(message),
  unmatched: (_request, _response, next) => next(notFound()),
  notAllowed: (_request, _response, next) => next(methodNotAllowed(undefined, undefined, ["HEAD", "GET"])),
  errorOf: (error) => badRequest("Validation failed", fieldsOf(error)),
  onError(error, _request, response, _next) {
    const { output, data } = isBoom(error) ? error : boomify(error, { statusCode: error.status ?? 500 });
    response.status(output.statusCode).set(output.headers);
    response.json(Array.isArray(data) ? { ...output.payload, errors: data } : output.payload);
  },
});

export const strong = contestant({
  unmatched: (_request, _response, next) => next(createError(404)),
  notAllowed: (_request, response, next) => next(createError(allowing(response))),
  errorOf: (error) => createError(400, "Validation failed", { details: fieldsOf(error) }),
  onError: strongErrorHandler({ log: false }),
});

export const problemDetails = contestant({
  unmatched: (_request, _response, next) => next(createError(404)),
  notAllowed: (_request, response, next) => next(createError(allowing(response))),
  onError: HttpProblemResponse({ strategy: /** @type {any} */ ({ map: documentOf }) }), // the part of a strategy that it uses
});

const answerProblem = problemMiddleware();

export const apiProblem = contestant({
  own: () => new Problem(404, "Not Found", { detail: message }),
  unmatched: (_request, _response, next) => next(new Problem(404)),
  notAllowed: (_request, response, next) => next(new Problem(allowing(response))),
  errorOf: (error) => new Problem(400, "Bad Request", { errors: fieldsOf(error) }),
  // It takes no other errors than its own.
  onError: (error, request, response, next) =>
    answerProblem(error instanceof Problem ? error : new Problem(error.status ?? 500), request, response, next),
});

/** What they leave to the application. @param {import("express").Response} response */
function allowing(response) {
  response.set("Allow", "HEAD, GET");
  return 405;
}

/** @param {Error & { status?: number, expose?: boolean }} error */
function documentOf(error) {
  if (error instanceof ZodError)
    return new ProblemDocument({ status: 400, detail: "Validation failed" }, { errors: fieldsOf(error) });
  return new ProblemDocument({ status: error.status ?? 500, detail: error.expose ? error.message : "Something went wrong" });
}

import { createResponder } from "@fg-errors/core/adapter/gateway";
import { answer, unmatched } from "@fg-errors/core/adapter";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { markHandler } from "./layers.js";
import { createOrderCheck } from "./mounting.js";
import type { ResponderOptions } from "./options.js";
import { locate } from "./place.js";
import { answersOptions, mayTake, methodsAt } from "./routes.js";

/**
 * Describes the handlers for `app.use()`. The type has a name, so that the declaration file of a project that exports them mentions no type
 * of Express.
 * @example
 * const handlers: ErrorHandlers = fgErrors({ service: "SHOP" });
 * app.use(handlers);
 */
export interface ErrorHandlers extends Array<RequestHandler | ErrorRequestHandler> {
  readonly 0: RequestHandler;
  readonly 1: ErrorRequestHandler;
}

/**
 * Answers every error and every unmatched route of an Express 4 or 5 application by the contract. Mount it last, since Express asks
 * handlers in the order in which they were mounted.
 * @param options see ResponderOptions; all are optional
 * @returns two handlers, which `app.use` takes together
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use(fgErrors());
 */
export function fgErrors(options?: ResponderOptions): ErrorHandlers {
  const respond = createResponder(options, { caller: "fgErrors" });
  const takenMethods = new Set(options?.methods);

  function answerRequest(thrown: unknown, request: Request, response: Response, handler: object) {
    checkOrder(request.app);
    const allow = () => methodsAt(locate(request, handler));
    const responseStatus = response.headersSent ? undefined : response.statusCode; // which Express keeps, too
    answer(respond, thrown, request, response, { url: request.originalUrl, allow, responseStatus });
  }

  const onUnmatched: RequestHandler = markHandler<RequestHandler>((request, response, next) => {
    const place = locate(request, onUnmatched);
    if (request.method === "OPTIONS" && answersOptions(place)) return next(); // Express answers it (RFC 9110 section 9.3.7)
    const isTaken = (method: string) => takenMethods.has(method) || !place || mayTake(method, place);
    answerRequest(unmatched(request.method, methodsAt(place), isTaken), request, response, onUnmatched);
  }, "fgErrors");

  // Express recognises an error handler by its four parameters.
  const onError: ErrorRequestHandler = markHandler<ErrorRequestHandler>(
    (error, request, response, _next) => answerRequest(error, request, response, onError),
    "fgErrors",
  );

  const checkOrder = createOrderCheck(onUnmatched);
  return [onUnmatched, onError];
}

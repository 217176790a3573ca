import { createResponder, type ResponderOptions } from "@fg-errors/core";
import { answer, unmatched } from "@fg-errors/core/adapter";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { createLateRouteWarning } from "./late-routes.js";
import { layersOf, methodsAnywhere, methodsAt, pathInApp } from "./routes.js";

/**
 * Describes the handlers for `app.use()`. The type has a name, so that the declaration file of a project that exports them mentions no type
 * of Express.
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

  function answerRequest(thrown: unknown, request: Request, response: Response) {
    warnAboutLateRoutes(request.app);
    const allow = () => methodsAt(layersOf(request.app), pathInApp(request));
    answer(respond, thrown, request, response, { url: request.originalUrl, allow });
  }

  const onUnmatched: RequestHandler = (request, response) => {
    const layers = layersOf(request.app);
    const meaning = unmatched(request.method, methodsAt(layers, pathInApp(request)), () => methodsAnywhere(layers));
    answerRequest(meaning, request, response);
  };

  // Express recognises an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error, request, response, _next) => answerRequest(error, request, response);

  const warnAboutLateRoutes = createLateRouteWarning(onUnmatched);
  return [onUnmatched, onError];
}

import { createResponder, type ResponderOptions } from "@fg-errors/core";
import { answer, unmatched } from "@fg-errors/core/adapter";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { createLateRouteWarning } from "./late-routes.js";
import { layersOf, methodsAnywhere, methodsAt, pathInApp } from "./routes.js";

/** What `app.use()` takes; named, so that a declaration of a project's own needs no type of Express's. */
export interface ErrorHandlers extends Array<RequestHandler | ErrorRequestHandler> {
  readonly 0: RequestHandler;
  readonly 1: ErrorRequestHandler;
}

/**
 * Answers every error and every unmatched route of an Express 4 or 5 application by the contract. Mount it last.
 * @returns two handlers, which `app.use` takes together
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use(fgErrors());
 */
export function fgErrors(options?: ResponderOptions): ErrorHandlers {
  const respond = createResponder(options, { caller: "fgErrors" });

  function reply(thrown: unknown, request: Request, response: Response) {
    warnOfLateRoutes(request.app);
    const allow = () => methodsAt(layersOf(request.app), pathInApp(request));
    answer(respond, thrown, request, response, { url: request.originalUrl, allow });
  }

  const onUnmatched: RequestHandler = (request, response) => {
    const layers = layersOf(request.app);
    const meaning = unmatched(request.method, methodsAt(layers, pathInApp(request)), () => methodsAnywhere(layers));
    reply(meaning, request, response);
  };

  // Express takes a handler of four parameters for an error handler.
  const onError: ErrorRequestHandler = (error, request, response, _next) => reply(error, request, response);

  const warnOfLateRoutes = createLateRouteWarning(onUnmatched);
  return [onUnmatched, onError];
}

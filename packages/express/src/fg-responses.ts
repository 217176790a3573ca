import type { Facts, ResponderOptions } from "@fg-errors/core";
import { createResponseInterceptor } from "@fg-errors/core/adapter";
import type { Request, RequestHandler } from "express";
import { layersOf, methodsAt, pathInApp } from "./routes.js";

/** Describes the handler for `app.use()`; it has a name, so that a project's own declarations need no type of Express's. */
export interface ResponseHandler extends RequestHandler {}

/**
 * Replaces the error responses that other handlers write, such as a proxy, a nested application or serve-static: they leave by the contract
 * instead. Successes stream through untouched; a stream piped into the response that breaks cuts it.
 * @param options those of `fgErrors()`
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use("/orders", fgResponses(), proxy("http://orders.internal"));
 */
export function fgResponses(options?: ResponderOptions): ResponseHandler {
  const intercept = createResponseInterceptor(options, { caller: "fgResponses", facts: expressFacts });
  return (request, response, next) => {
    intercept(request, response, request);
    next();
  };
}

/**
 * Names its successor.
 * @throws TypeError always: fgResponses() had this name before the first release
 */
export function fgUpstream(): never {
  throw new TypeError("fgUpstream() is now fgResponses()");
}

function expressFacts(request: Request): Partial<Facts> {
  return { url: request.originalUrl, allow: () => methodsAt(layersOf(request.app), pathInApp(request)) };
}

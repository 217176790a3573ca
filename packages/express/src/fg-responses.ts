import type { Facts } from "@fg-errors/core";
import { createResponseInterceptor } from "@fg-errors/core/adapter";
import type { Request, RequestHandler } from "express";
import { markHandler } from "./layers.js";
import { checkResponsesOrder } from "./mounting.js";
import type { ResponderOptions } from "./options.js";
import { locate, type Location } from "./place.js";
import { methodsAt } from "./routes.js";

type InterceptedRequest = Location & Pick<Request, "originalUrl">;

/**
 * Describes the handler for `app.use()`; it has a name, so that a project's own declarations need no type of Express's.
 * @example
 * const handler: ResponseHandler = fgResponses({ service: "SHOP" });
 * app.use("/static", handler, express.static("public"));
 */
export interface ResponseHandler extends RequestHandler {}

/**
 * Replaces the error responses that other handlers write, such as a proxy, a nested application or serve-static: they leave by the contract
 * instead. Successes stream through untouched; a stream piped into the response that breaks cuts it.
 * @param options those of `fgErrors()`
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use("/orders", fgResponses(), proxy("http://orders.internal"));
 */
export function fgResponses(options?: ResponderOptions): ResponseHandler {
  const facts = (request: InterceptedRequest): Partial<Facts> => ({
    url: request.originalUrl,
    allow: () => methodsAt(locate(request, handler)),
  });
  const intercept = createResponseInterceptor(options, { caller: "fgResponses", facts });
  let isChecked = false;
  const handler: RequestHandler = markHandler<RequestHandler>((request, response, next) => {
    if (!isChecked) checkResponsesOrder(request.app, handler);
    isChecked = true;
    const { app, baseUrl, path, originalUrl } = request; // as they are here: handlers behind this one see others
    intercept(request, response, { app, baseUrl, path, originalUrl });
    next();
  }, "fgResponses");
  return handler;
}

/**
 * Names its successor.
 * @throws TypeError always: fgResponses() had this name before the first release
 * @example app.use("/orders", fgResponses()); // not fgUpstream()
 */
export function fgUpstream(): never {
  throw new TypeError("fgUpstream() is now fgResponses()");
}

import { createHold, type Facts, type ResponderOptions } from "@fg-errors/core";
import type { Request, RequestHandler } from "express";
import { layersOf, methodsAt, pathInApp } from "./routes.js";

/**
 * Mounted in front of what writes its own error responses, such as a proxy, a nested application or serve-static: they leave by the
 * contract instead. Successes stream through untouched; a stream piped into the response that breaks cuts it.
 * @param options the same that `fgErrors()` takes
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use("/orders", fgUpstream(), proxy("http://orders.internal"));
 */
export function fgUpstream(options?: ResponderOptions): RequestHandler {
  const hold = createHold(options, { caller: "fgUpstream", facts: factsOf });
  return (request, response, next) => {
    hold(request, response, request);
    next();
  };
}

function factsOf(request: Request): Partial<Facts> {
  return { url: request.originalUrl, allow: () => methodsAt(layersOf(request.app), pathInApp(request)) };
}

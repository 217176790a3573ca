import { createResponder, type ResponderOptions } from "@fg-errors/core";
import { eventFacts, resultOf, settleResult, type WholeResult } from "@fg-errors/core/adapter/event";
import { resultOfHandler, type Handler } from "./handler.js";
import type { ApigEvent, FunctionContext } from "./runtime.js";

/**
 * Wraps the handler of an event function behind an API Gateway trigger: every failure becomes a result by the contract, and so do an error
 * status without a JSON body and a result that API Gateway would not take. Any other result gets the members that API Gateway requires.
 * @param handler asynchronous, or one that returns its result, or one that passes it to a callback, its third parameter. It must declare
 *   the callback: one that is taken by a rest parameter, or has a default, is not waited for
 * @param options of the contract, all optional. Default {}
 * @returns a handler of two parameters, as the runtime counts them, whose promise never rejects
 * @throws TypeError for a handler that is no function, and for a wrong option, with its name and what it accepts
 * @example exports.handler = fgErrors(async () => ({ statusCode: 200, body: "Hello" }));
 */
export function fgErrors<E = ApigEvent, C = FunctionContext>(
  handler: Handler<E, C>,
  options?: ResponderOptions<E, undefined, C>,
): (event: E, context: C) => Promise<WholeResult> {
  if (typeof handler !== "function") throw new TypeError("fgErrors: the handler must be a function");
  const respond = createResponder(options, { caller: "fgErrors" });

  return async (event, context) => {
    const errorResult = (thrown: unknown, responseHeaders = {}) =>
      resultOf(respond(thrown, Object.assign(eventFacts(event, context), { responseHeaders })), responseHeaders);
    try {
      const settled = settleResult(await resultOfHandler(handler, event, context), respond);
      return "meaning" in settled ? errorResult(settled.meaning, settled.headers) : settled;
    } catch (thrown) {
      return errorResult(thrown);
    }
  };
}

import { createResponder } from "@fg-errors/core/adapter/gateway";
import { answer, dropRefused, dropUnsendable, isLeftToIntegration } from "@fg-errors/core/adapter";
import type { Context, Middleware } from "koa";
import { correctWritable } from "./correct-writable.js";
import { emitError, factsOf } from "./error-event.js";
import { isResponseClosed } from "./response-closed.js";
import { checkMiddlewareOrder, markMiddleware } from "./mounting.js";
import type { ResponderOptions } from "./options.js";
import { firstByte, isErrorOfBody, isPlainBody, isStream, watchBody } from "./stream.js";
import { unsettled } from "./unsettled.js";

/**
 * Describes the middleware for `app.use()`. It has a name, so that a project's own declarations need no type of Koa's.
 * @example
 * const errors: ErrorMiddleware = fgErrors({ service: "SHOP" });
 * app.use(errors);
 */
export interface ErrorMiddleware extends Middleware {}

/**
 * Answers every error, and every request left unanswered, of a Koa 2 or 3 application by the contract. Mount it first. A 5xx is still
 * emitted as the application's "error" event if a listener waits for it.
 * @param options of the contract, all optional. Default {}
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use(fgErrors());
 */
export function fgErrors(options?: ResponderOptions): ErrorMiddleware {
  const respond = createResponder(options, { caller: "fgErrors", onServerError: emitError });
  const takenMethods = new Set(options?.methods);

  // Promises by hand: every request comes by here, and an async function costs more.
  return markMiddleware(function fgErrors(ctx, next) {
    checkMiddlewareOrder(ctx);
    correctWritable(ctx);
    dropRefused(ctx.req.headers); // koa-proxies offers no later moment for it
    let failed = false;
    const answerOnce = (thrown: unknown) => {
      if (failed) return; // a stream's failure is reported by several events
      failed = true;
      const facts = isErrorOfBody(ctx, thrown) ? ({ ...factsOf(ctx), origin: "content" } as const) : factsOf(ctx);
      answer(respond, thrown, ctx.req, ctx.res, facts);
      if (ctx.res.writableEnded) ctx.respond = false; // Koa 3 would end it again
    };
    // Koa calls it for failures outside of the middleware: a body's stream, a body that cannot be serialised.
    const answerOutside = (thrown: unknown) => {
      if (thrown !== null && thrown !== undefined) answerOnce(thrown);
    };
    ctx.onerror = answerOutside;
    const catchThrown = (thrown: unknown) => {
      if (!isResponseClosed(thrown)) answerOnce(thrown);
    };
    const finishRequest = () => {
      try {
        return settleContext(ctx, answerOnce)?.then(undefined, catchThrown);
      } catch (thrown) {
        return catchThrown(thrown);
      }
    };
    try {
      return Promise.resolve(next()).then(finishRequest, catchThrown);
    } catch (thrown) {
      catchThrown(thrown); // of a composition that is not Koa's own
      return Promise.resolve();
    }
  }, "fgErrors");

  /**
   * Answers what the middleware has left without an answer that may leave; else prepares what it has left for Koa.
   * @returns what Koa has to wait for; undefined where there is nothing, which is cheaper than a promise
   */
  function settleContext(ctx: Context, answerOnce: (thrown: unknown) => void): Promise<void> | undefined {
    if (isLeftToIntegration(ctx.res)) ctx.respond = false; // koa-proxies resolves too early, with a status of its own
    const meaning = unsettled(ctx, respond, takenMethods);
    if (meaning) return void answerOnce(meaning);
    if (isPlainBody(ctx.response.body)) return void prepareHead(ctx, true);
    const begun = firstByte(ctx);
    if (begun) return begun.then(() => prepareContent(ctx, answerOnce));
    prepareContent(ctx, answerOnce);
    return undefined;
  }
}

function prepareContent(ctx: Context, answerOnce: (thrown: unknown) => void): void {
  const body: unknown = ctx.response.body;
  const stream = isStream(body) ? body : undefined;
  if (stream && ctx.respond !== false) watchBody(ctx, stream, answerOnce);
  prepareHead(ctx, !stream);
}

/** Prepares the head for Koa, which sends it with the first octets of a stream, where nobody catches an error of Node's. */
function prepareHead({ respond, res }: Context, hasLength: boolean): void {
  if (respond !== false) dropUnsendable(res, res.statusCode, hasLength);
}

import { createResponder, type ResponderOptions } from "@fg-errors/core";
import { answer, dropRefused, dropUnsendable } from "@fg-errors/core/adapter";
import type { Middleware } from "koa";
import { emitError, type KoaFacts } from "./error-event.js";
import { isResponseClosed } from "./response-closed.js";
import { firstByte, isStream, watchBody } from "./stream.js";
import { methodsOf, unsettled } from "./unsettled.js";

/** What `app.use()` takes; named, so that a declaration of a project's own needs no type of Koa's. */
export interface ErrorMiddleware extends Middleware {}

/**
 * Answers every error, and every request left unanswered, of a Koa 2 or 3 application by the contract. Mount it first.
 * A 5xx is still emitted as the application's "error" event, for those who listen to it.
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use(fgErrors());
 */
export function fgErrors(options?: ResponderOptions): ErrorMiddleware {
  const respond = createResponder(options, { caller: "fgErrors", onServerError: emitError });

  return async function fgErrors(ctx, next) {
    dropRefused(ctx.headers); // koa-proxies gives no other chance
    let failed = false;
    const fail = (thrown: unknown) => {
      if (failed) return; // a stream's failure comes by several ways
      failed = true;
      const facts: KoaFacts = { url: ctx.originalUrl, allow: () => methodsOf(ctx), ctx };
      answer(respond, thrown, ctx.req, ctx.res, facts);
    };
    // Koa calls it for what fails outside of the middleware: a body's stream, a body that cannot be serialised.
    ctx.onerror = (thrown: unknown) => {
      if (thrown !== null && thrown !== undefined) fail(thrown);
    };
    try {
      await next();
      const meaning = unsettled(ctx, respond);
      if (meaning) fail(meaning);
      else {
        const begun = firstByte(ctx);
        if (begun) await begun; // to await nothing costs as well
        if (ctx.respond !== false) {
          if (isStream(ctx.body)) watchBody(ctx, ctx.body, fail);
          // Koa sends the head with the first octets of a stream, where nobody would catch what Node throws.
          dropUnsendable(ctx.res, ctx.status, !isStream(ctx.body));
        }
      }
    } catch (thrown) {
      if (!isResponseClosed(thrown)) fail(thrown);
    }
  };
}

import { Readable } from "node:stream";
import {
  createResponseInterceptor,
  hasLeftBody,
  Inspection,
  isErrorStatus,
  isLeftToIntegration,
  messageOf,
  replacedResponseError,
  replyOptions,
} from "@fg-errors/core/adapter";
import type { Context, Middleware } from "koa";
import { correctWritable } from "./correct-writable.js";
import { emitError, factsOf } from "./error-event.js";
import { isResponseClosed } from "./response-closed.js";
import { checkMiddlewareOrder, markMiddleware } from "./mounting.js";
import type { ResponderOptions } from "./options.js";
import { firstByte, isStream } from "./stream.js";
import { isChosen } from "./unsettled.js";
import { isWeb } from "./web-body.js";

/**
 * Describes the middleware for `app.use()`; it has a name, so that a project's own declarations need no type of Koa's.
 * @example
 * const responses: ResponseMiddleware = fgResponses({ service: "SHOP" });
 * app.use(responses);
 */
export interface ResponseMiddleware extends Middleware {}

/**
 * Replaces the error responses that other middleware writes, such as a proxy: they leave by the contract instead, whether they are written
 * to `ctx.res` or set on `ctx`. Successes stream through untouched; a stream piped into `ctx.res` that breaks cuts it. Mount fgErrors()
 * before it.
 * @param options those of `fgErrors()`
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use(fgErrors()).use(fgResponses()).use(proxy("orders.internal"));
 */
export function fgResponses(options: ResponderOptions = {}): ResponseMiddleware {
  const inspectionOptions = replyOptions(options);
  const intercept = createResponseInterceptor(options, { caller: "fgResponses", onServerError: emitError, facts: factsOf });

  return markMiddleware(async function fgResponses(ctx, next) {
    checkMiddlewareOrder(ctx);
    correctWritable(ctx);
    const intercepted = intercept(ctx.req, ctx.res, ctx);
    try {
      await next();
      if (isLeftToIntegration(ctx.res)) ctx.respond = false;
      const answered = intercepted.answered();
      if (answered) await answered;
      if (intercepted.isWritten() && isEmpty(ctx)) ctx.respond = false; // Koa would end what somebody else is writing
    } catch (thrown) {
      if (!isResponseClosed(thrown)) throw thrown;
    } finally {
      if (ctx.respond !== false) intercepted.release();
    }
    if (ctx.respond === false || ctx.headerSent || !ctx.writable || hasLeftBody(ctx.res)) return;
    const { status } = ctx;
    if (!isErrorStatus(status) && !inspectionOptions.hiddenFailures) return intercepted.settle(() => isEmpty(ctx)); // before any field is copied
    const hasBody = (ctx.body !== null && ctx.body !== undefined) || ctx.method === "HEAD"; // where there is none, Koa would send the status phrase
    const given = hasBody ? inspectionOptions : { ...inspectionOptions, leaveBody: undefined };
    const inspection = new Inspection({ status, headers: ctx.res.getHeaders() }, given, ctx.method, ctx.originalUrl);
    const { outcome } = inspection;
    if (outcome === "passes") return intercepted.settle(() => isEmpty(ctx)); // Koa itself sends the status phrase as content
    if (isEmpty(ctx) && !isChosen(ctx)) return; // nobody has answered: fgErrors() says so
    if (outcome === "left") return intercepted.leaveBody(inspection.head);
    if (outcome === "undecided") await firstByte(ctx); // which turns a web stream into one of node:stream
    const body = outcome === "undecided" ? copyOf(ctx.body) : toReadable(ctx.body);
    const finding = await inspection.finding(messageOf(inspection.head, body));
    if (ctx.headerSent || !ctx.writable) return; // a stream broke meanwhile, and was answered for
    if (!finding) return intercepted.settle(() => isEmpty(ctx));
    intercepted.keepSurvivingFields();
    throw replacedResponseError(finding);
  }, "fgResponses");
}

/**
 * Names its successor.
 * @throws TypeError always: fgResponses() had this name before the first release
 * @example app.use(fgResponses()); // not fgUpstream()
 */
export function fgUpstream(): never {
  throw new TypeError("fgUpstream() is now fgResponses()");
}

/** Whether a body is empty: Koa finds the length of data by serialising it. */
function isEmpty(ctx: Context): boolean {
  return ctx.body === null || ctx.body === undefined || ctx.length === 0;
}

/** Reads a body that is sent afterwards: a stream only if what is read can be unshifted. */
function copyOf(body: unknown): Readable | null {
  if (!isStream(body)) return toReadable(body);
  return typeof body.read === "function" ? body : null;
}

/** Reads a body that is not sent. */
function toReadable(body: unknown): Readable | null {
  if (isStream(body)) {
    body.removeAllListeners("error").on("error", () => {}); // Koa's own would answer for what breaks in the middle
    return typeof body.read === "function" ? body : new Readable().wrap(body);
  }
  const web = isWeb("Blob", body) ? body.stream() : isWeb("Response", body) ? body.body : body;
  if (isWeb("ReadableStream", web)) return web.locked ? null : Readable.fromWeb(web as Parameters<typeof Readable.fromWeb>[0]);
  if (web === null || web === undefined) return null;
  return Readable.from([typeof web === "string" || web instanceof Uint8Array ? web : jsonOf(web)]);
}

function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? "";
  } catch {
    return "";
  }
}

import type { Responder } from "@fg-errors/core";
import { hasLeftBody, isErrorStatus, meant, replyFinding, unmatched, unmatchedStatus } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { isRouted, methodsOf } from "./routes.js";
import { discardBody, isStream } from "./stream.js";
import { isWeb } from "./web-body.js";

/**
 * Returns the value to answer with where the middleware has returned without an answer that may leave; undefined where it may.
 * A handler's own JSON error body stays as it is where its status is documented.
 * @param takenMethods uncommon methods that something in the application takes
 */
export function unsettled(ctx: Context, respond: Responder, takenMethods: ReadonlySet<string>): object | undefined {
  const { res, response } = ctx; // for every request; a member that Koa delegates goes through two getters
  const { statusCode: status } = res;
  if (!isErrorStatus(status) || ctx.respond === false || res.headersSent || !response.writable || hasLeftBody(res))
    return undefined;
  const { body } = response;
  if (body === null || body === undefined) {
    const isRefusedForNothing = allowsOptionsOnly(ctx);
    if (isChosen(ctx) && !isRefusedForNothing) return meant({ status });
    if (isRefusedForNothing) ctx.remove("Allow");
    return unmatched(ctx.method, methodsOf(ctx), (method) => takenMethods.has(method) || isRouted(method, ctx));
  }
  if (isJson(ctx) && respond.documents(status)) return undefined;
  discardBody(body);
  return meant(replyFinding(status, ctx.response.type, body));
}

/** Whether a router's allowedMethods() has refused the request of a path that is routed for OPTIONS only, which is none to its client. */
function allowsOptionsOnly(ctx: Context): boolean {
  return ctx.response.get("Allow") === "OPTIONS" && methodsOf(ctx).has("OPTIONS");
}

/**
 * Whether a status was set: on `ctx`, where Koa records it, whatever the status; or on `ctx.res`, as middleware made for Connect does,
 * where it shows by being another than Koa's first one.
 */
export function isChosen(ctx: Context): boolean {
  return (ctx.response as { _explicitStatus?: boolean })._explicitStatus === true || ctx.status !== unmatchedStatus;
}

function isJson(ctx: Context): boolean {
  const { body } = ctx;
  const isData = typeof body === "object" && !Buffer.isBuffer(body) && !isStream(body);
  const isWebBody = isWeb("Blob", body) || isWeb("Response", body) || isWeb("ReadableStream", body);
  return (isData && !isWebBody) || ctx.response.is("json", "+json") !== false;
}

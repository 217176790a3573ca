import type { Responder } from "@fg-errors/core";
import { isErrorStatus, meant, replyFinding, unmatched } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { discardBody, isStream } from "./stream.js";

/**
 * Returns the value to answer with where the middleware has returned without an answer that may leave; undefined where it may.
 * A handler's own JSON error body stays as it is where its status is documented.
 */
export function unsettled(ctx: Context, respond: Responder): object | undefined {
  const { status } = ctx;
  if (!isErrorStatus(status) || ctx.respond === false || ctx.headerSent || !ctx.writable) return undefined;
  const { body } = ctx;
  if (body === null || body === undefined) return isChosen(ctx) ? meant({ status }) : unmatched(ctx.method, methodsOf(ctx));
  if (isJson(ctx) && respond.documents(status)) return undefined;
  discardBody(body);
  return meant(replyFinding(status, ctx.response.type, body));
}

/** Returns the methods that @koa/router found routes for at this path, in the order of the routes. */
export function methodsOf(ctx: Context): Set<string> {
  const { matched } = ctx as { matched?: readonly { readonly methods: readonly string[] }[] };
  return new Set(matched?.flatMap(({ methods }) => methods));
}

/** Whether a status was set. Koa starts every response at 404, and records that a status was set even where it is a 404. */
export function isChosen(ctx: Context): boolean {
  return (ctx.response as { _explicitStatus?: boolean })._explicitStatus === true;
}

function isJson(ctx: Context): boolean {
  const { body } = ctx;
  const isData = typeof body === "object" && !Buffer.isBuffer(body) && !isStream(body);
  const isWebBody = body instanceof Blob || body instanceof Response || body instanceof ReadableStream;
  return (isData && !isWebBody) || ctx.response.is("json", "+json") !== false;
}

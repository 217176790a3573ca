import type { Responder } from "@fg-errors/core";
import { isErrorStatus, meant, replyFinding, unmatched } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { discard, isStream } from "./stream.js";

/**
 * What to answer with when the middleware returned without an answer that may leave: undefined when it may.
 * A handler's own JSON error body is left alone where its status is documented.
 */
export function unsettled(ctx: Context, respond: Responder): object | undefined {
  const { status } = ctx;
  if (!isErrorStatus(status) || ctx.respond === false || ctx.headerSent || !ctx.writable) return undefined;
  const { body } = ctx;
  if (body === null || body === undefined) return isChosen(ctx) ? meant({ status }) : unmatched(ctx.method, methodsOf(ctx));
  if (isJson(ctx) && respond.documents(status)) return undefined;
  discard(body);
  return meant(replyFinding(status, ctx.response.type, body));
}

/** The methods that @koa/router found routes for at this path, in their order. */
export function methodsOf(ctx: Context): Set<string> {
  const { matched } = ctx as { matched?: readonly { readonly methods: readonly string[] }[] };
  return new Set(matched?.flatMap(({ methods }) => methods));
}

/** Koa starts every response at 404 and notes whether anybody set another status, or the same. */
export function isChosen(ctx: Context): boolean {
  return (ctx.response as { _explicitStatus?: boolean })._explicitStatus === true;
}

function isJson(ctx: Context): boolean {
  const { body } = ctx;
  const isData = typeof body === "object" && !Buffer.isBuffer(body) && !isStream(body);
  const isWeb = body instanceof Blob || body instanceof Response || body instanceof ReadableStream;
  return (isData && !isWeb) || ctx.response.is("json", "+json") !== false;
}

import type { Facts, Host } from "@fg-errors/core";
import { isError } from "@fg-errors/core/adapter";
import type { Context } from "koa";
import { methodsOf } from "./routes.js";

/** Describes the facts of a request for core, with the context for the application's "error" listeners. */
export interface KoaFacts extends Partial<Facts> {
  readonly ctx: Context;
}

/** Returns the facts of a request for core. */
export function factsOf(ctx: Context): KoaFacts {
  return { url: ctx.originalUrl, allow: () => methodsOf(ctx), ctx, request: ctx.request, response: ctx.response };
}

/**
 * Emits a 5xx as the application's "error" event. Where there is no listener Koa adds its own, which prints no causes and leaves out
 * errors that are exposed: stderr is better.
 */
export const emitError: NonNullable<Host["onServerError"]> = ({ cause, status, title }, { facts }) => {
  const { ctx } = facts as KoaFacts & Facts;
  const { app } = ctx;
  const isHeard = app.listeners("error").some((listener) => listener !== app.onerror);
  if (isHeard) app.emit("error", isError(cause) ? cause : new Error(`${status} ${title}`, { cause }), ctx);
  return isHeard || app.silent;
};

import type { Facts, Host } from "@fg-errors/core";
import { isError } from "@fg-errors/core/adapter";
import type { Context } from "koa";

/** What the core is told of a request, with the context that the application's listeners want. */
export interface KoaFacts extends Partial<Facts> {
  readonly ctx: Context;
}

/** Koa adds a listener of its own when there is none, which tells of neither causes nor what it takes for exposed: stderr is better. */
export const emitError: NonNullable<Host["onServerError"]> = ({ cause, status, title }, { facts }) => {
  const { ctx } = facts as KoaFacts & Facts;
  const { app } = ctx;
  const isHeard = app.listeners("error").some((listener) => listener !== app.onerror);
  if (isHeard) app.emit("error", isError(cause) ? cause : new Error(`${status} ${title}`, { cause }), ctx);
  return isHeard || app.silent;
};

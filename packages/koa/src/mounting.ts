import { emitWarning } from "@fg-errors/core/adapter";
import type { Context } from "koa";

type Name = "fgErrors" | "fgResponses";

/** Marks a middleware with the function that made it, so that the check of the order finds it. */
export function markMiddleware<Middleware extends object>(middleware: Middleware, name: Name): Middleware {
  return Object.assign(middleware, { [mark]: name });
}

/**
 * Warns about what is mounted in the wrong order, once for an application, when its first request comes. Koa then takes no more
 * middleware. What is wrapped, or mounted in a router or another application, is not seen.
 */
export function checkMiddlewareOrder({ app }: Context): void {
  if (checkedApps.has(app)) return;
  checkedApps.add(app);
  const names = app.middleware.map((middleware) => (middleware as { readonly [mark]?: Name })[mark]);
  const first = names.indexOf("fgErrors");
  const isLast = (name: Name) => names.at(-1) === name && names.includes(undefined);
  if (first !== names.lastIndexOf("fgErrors"))
    warnOf("fgErrors() is mounted twice, and the inner one answers: remove one of them");
  else if (isLast("fgErrors")) warnOf("fgErrors() is mounted last and sees no error of what is in front of it: mount it first");
  else if (names.slice(0, first).includes("fgResponses"))
    warnOf("fgResponses() is mounted in front of fgErrors(), which answers what it replaces: mount fgErrors() first");
  if (isLast("fgResponses"))
    warnOf("fgResponses() is mounted last and replaces nothing: mount it in front of what writes error responses");
  if (names.some((name, at) => name === "fgResponses" && names[at + 1] === name))
    warnOf("fgResponses() is mounted twice: remove one of them");
}

function warnOf(message: string): void {
  emitWarning("FG_ERRORS_ORDER", message);
}

const checkedApps = new WeakSet<Context["app"]>();

/** Names the member that marks a middleware of this library, of whatever copy. */
const mark = Symbol.for("fg-errors.middleware");

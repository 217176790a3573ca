import { METHODS } from "node:http";
import type { Context } from "koa";

/** Describes a route of @koa/router or koa-router. */
interface Route {
  readonly methods: readonly string[];
}

/** Returns the methods of the routes that a router found for the request's path, in the order of the routes. */
export function methodsOf(ctx: Context): ReadonlySet<string> {
  const { matched } = ctx as { matched?: readonly Route[] };
  if (!matched) return none;
  const found = new Set<string>();
  for (const route of matched) if (!isForAllMethods(route)) for (const method of route.methods) found.add(method);
  return found;
}

const none: ReadonlySet<string> = new Set();

/** Whether a route of one of the application's routers takes a method, at whatever path. */
export function isRouted(method: string, { app }: Context): boolean {
  return app.middleware.some((middleware) => {
    const { router } = middleware as { router?: { readonly stack?: readonly Route[] } };
    return router?.stack?.some(({ methods }) => methods.includes(method)) === true;
  });
}

/** Whether a route was made by `all()`. It says nothing about methods, since it is mostly a middleware. */
function isForAllMethods({ methods }: Route): boolean {
  return methods.length >= METHODS.length;
}

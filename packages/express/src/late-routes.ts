import type { Application, RequestHandler } from "express";
import { layersOf, type Layer } from "./routes.js";

/**
 * Tells, once for each, of what was mounted behind `handler` and so is never reached. Looked for when something is answered
 * anyway, since Express tells nobody of a new route; after the first time that costs one comparison.
 */
export function createLateRouteWarning(handler: RequestHandler): (app: Application | undefined) => void {
  const known = new WeakMap<object, number>();
  return (app) => {
    const layers = layersOf(app);
    if (app === undefined || known.get(app) === layers.length) return;
    const own = layers.findIndex((layer) => layer.handle === handler && isAtRoot(layer));
    const from = Math.max(own + 2, known.get(app) ?? 0); // behind both of our handlers
    known.set(app, layers.length);
    if (own === -1) return;
    for (const layer of layers.slice(from))
      process.emitWarning(`${describe(layer)} is mounted after fgErrors() and is never reached: mount fgErrors() last`, {
        type: "FgErrorsWarning",
        code: "FG_ERRORS_LATE_ROUTE",
      });
  };
}

/** Mounted at a path, fgErrors() answers for that path alone. */
function isAtRoot({ slash, regexp }: Layer): boolean {
  return slash ?? regexp?.fast_slash ?? false;
}

function describe({ route, name }: Layer): string {
  if (!route) return `the middleware ${name ?? "<anonymous>"}`;
  const methods = route.methods["_all"] ? ["ALL"] : Object.keys(route.methods).map((method) => method.toUpperCase());
  return `the route ${methods.join("|")} ${route.path}`;
}

import type { Application, RequestHandler } from "express";
import { hasHandler, isAtRoot, layersOf, type Layer } from "./layers.js";

/**
 * Creates a check that warns, once for each, about routes and middleware that were mounted behind `handler`: they are never reached.
 * The check runs when something is answered anyway, since Express emits no event for a new route. After the first time it costs one comparison.
 */
export function createLateRouteWarning(handler: RequestHandler): (app: Application | undefined) => void {
  const checkedLayers = new WeakMap<object, number>();
  return (app) => {
    const layers = layersOf(app);
    if (app === undefined || checkedLayers.get(app) === layers.length) return;
    const own = layers.findIndex((layer) => hasHandler(layer, handler) && isAtRoot(layer));
    const from = Math.max(own + 2, checkedLayers.get(app) ?? 0); // the layers behind both of our handlers
    checkedLayers.set(app, layers.length);
    if (own === -1) return;
    for (const layer of layers.slice(from))
      process.emitWarning(`${describeLayer(layer)} is mounted after fgErrors() and is never reached: mount fgErrors() last`, {
        type: "FgErrorsWarning",
        code: "FG_ERRORS_LATE_ROUTE",
      });
  };
}

function describeLayer({ route, name }: Layer): string {
  if (!route) return `the middleware ${name ?? "<anonymous>"}`;
  const methods = route.methods["_all"] ? ["ALL"] : Object.keys(route.methods).map((method) => method.toUpperCase());
  return `the route ${methods.join("|")} ${route.path}`;
}

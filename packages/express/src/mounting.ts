import { emitWarning } from "@fg-errors/core/adapter";
import type { Application } from "express";
import { errorHandlerLength, hasHandler, isAtRoot, layersOf, markedName, type Layer } from "./layers.js";

/**
 * Creates a check that warns once about what is mounted in the wrong order: fgErrors() that is not last, or is there twice. The check runs
 * when something is answered anyway, since Express emits no event for a new route. After the first time it costs one comparison.
 * @param handler the first of the two handlers of fgErrors()
 */
export function createOrderCheck(handler: object): (app: Application | undefined) => void {
  const checkedLayers = new WeakMap<object, number>();
  return (app) => {
    const layers = layersOf(app);
    if (app === undefined || checkedLayers.get(app) === layers.length) return;
    const checked = checkedLayers.get(app) ?? 0;
    checkedLayers.set(app, layers.length);
    const own = layers.findIndex((layer) => hasHandler(layer, handler) && isAtRoot(layer));
    if (own === -1) return;
    const behind = layers.slice(Math.max(own + 2, checked)); // the layers behind both of our handlers
    if (!layers.slice(0, own).some(isOfApplication) && behind.some(isOfApplication)) {
      if (checked <= own + 2)
        warnOfOrder("fgErrors() is mounted first and answers every request: mount it last, behind all routes and middleware");
      return;
    }
    if (isResponses(layers[own - 1]) && layers.slice(0, own).some(isOfApplication))
      warnOfOrder(
        "fgResponses() is mounted behind everything and replaces nothing: mount it in front of what writes error responses",
      );
    for (const layer of behind) warnOfLateLayer(layer);
  };
}

/** Warns if another fgResponses() is mounted directly in front of this one: it would replace the same responses. */
export function checkResponsesOrder(app: Application | undefined, handler: object): void {
  const layers = layersOf(app);
  const own = layers.findIndex((layer) => hasHandler(layer, handler) && isAtRoot(layer));
  if (isResponses(layers[own - 1])) warnOfOrder("fgResponses() is mounted twice: remove one of them");
}

function isResponses(layer: Layer | undefined): boolean {
  return layer !== undefined && markedName(layer) === "fgResponses" && isAtRoot(layer);
}

/** Whether a layer is neither ours nor one that Express 4 mounts by itself. */
function isOfApplication(layer: Layer): boolean {
  return markedName(layer) === undefined && layer.name !== "query" && layer.name !== "expressInit";
}

function warnOfLateLayer(layer: Layer): void {
  const name = markedName(layer);
  if (name === "fgErrors" && layer.handle?.length === errorHandlerLength) return; // the second of two handlers
  if (name === "fgErrors" && isAtRoot(layer))
    warnOfOrder("fgErrors() is mounted twice, and the second is never reached: remove one of them");
  else
    emitWarning(
      "FG_ERRORS_LATE_ROUTE",
      `${describeLayer(layer)} is mounted after fgErrors() and is never reached: mount fgErrors() last`,
    );
}

function warnOfOrder(message: string): void {
  emitWarning("FG_ERRORS_ORDER", message);
}

function describeLayer(layer: Layer): string {
  const { route, name = "<anonymous>" } = layer;
  const ours = markedName(layer);
  if (ours !== undefined) return `${ours}()`;
  if (!route) return `the middleware ${name}`;
  const methods = route.methods["_all"] ? ["ALL"] : Object.keys(route.methods).map((method) => method.toUpperCase());
  return `the route ${methods.join("|")} ${route.path}`;
}

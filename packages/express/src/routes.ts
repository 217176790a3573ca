import { METHODS } from "node:http";
import { errorHandlerLength, markedName, matchedPart, restOfPath, type Layer, type Route } from "./layers.js";
import { literalStarts } from "./literal-starts.js";
import type { Place } from "./place.js";

/**
 * Lists the methods that a path is routed for, in the order of the routes, as an Allow field has them (RFC 9110 section 10.2.1): HEAD
 * where GET is served, OPTIONS where Express answers it. Routes of a mounted application are not listed.
 * @param place default: nothing is known
 */
export function methodsAt(place: Place | undefined): Set<string> {
  const routes = routesAt(place);
  const methods = new Set(routes.flatMap(methodsOfRoute));
  return routes.some(leavesOptions) ? methods.add("OPTIONS") : methods;
}

/** Whether Express itself answers OPTIONS once all handlers have passed it on: where a route takes other methods only. */
export function answersOptions(place: Place | undefined): boolean {
  return routesAt(place).some(leavesOptions);
}

function leavesOptions(route: Route): boolean {
  return !takesAll(route) && !route.methods["options"] && methodsOfRoute(route).length > 0;
}

/**
 * Whether something in the application may take a method, at whatever path: a route for it, or a handler that names no methods and
 * was not asked, since it is mounted at another path than the request's.
 */
export function mayTake(method: string, { layers, path }: { layers: readonly Layer[]; path: string | undefined }): boolean {
  return layers.some((layer) => {
    const { route, handle } = layer;
    const taken = path === undefined ? undefined : matchedPart(layer, path);
    if (route) return methodsOfRoute(route).includes(method) || (takesAll(route) && taken === undefined);
    if (handle?.stack)
      return mayTake(method, { layers: handle.stack, path: taken === undefined ? undefined : restOfPath(path!, taken) });
    return taken === undefined && handle?.length !== errorHandlerLength && markedName(layer) === undefined;
  });
}

/** Lists the routes that match a path, those of nested routers included. */
function routesAt(place: Place | undefined): Route[] {
  const routes: Route[] = [];
  if (place) addRoutes(routes, place.layers, place.path);
  return routes;
}

function addRoutes(routes: Route[], layers: readonly Layer[], path: string): void {
  const starts = literalStarts(layers);
  const lowerCased = path.toLowerCase();
  for (let at = 0; at < layers.length; at++) {
    if (!lowerCased.startsWith(starts[at]!)) continue;
    const layer = layers[at]!;
    const { route } = layer;
    const inner = route ? undefined : layer.handle?.stack;
    const taken = route || inner ? matchedPart(layer, path) : undefined;
    if (taken === undefined) continue;
    if (route) routes.push(route);
    else addRoutes(routes, inner!, restOfPath(path, taken));
  }
}

/** Lists the methods that a route names. One that takes all names none, since it is mostly a middleware. */
function methodsOfRoute(route: Route): string[] {
  if (takesAll(route) && !route.methods["_all"]) return [];
  const named = Object.keys(route.methods).filter((method) => method !== "_all");
  return named.flatMap((method) => (method === "get" ? ["HEAD", "GET"] : [method.toUpperCase()]));
}

/** Whether a route was made by `all()`: it has `_all`, or each of Node's methods if it was the application's `all()`. */
function takesAll({ methods }: Route): boolean {
  return methods["_all"] === true || Object.keys(methods).length >= METHODS.length;
}

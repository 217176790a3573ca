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
  const found = new Set<string>();
  let leavesOptions = false;
  for (const route of routesAt(place)) {
    const { methods, leavesOptions: leaves } = readRoute(route);
    for (const method of methods) found.add(method);
    leavesOptions ||= leaves;
  }
  return leavesOptions ? found.add("OPTIONS") : found;
}

/** Whether Express itself answers OPTIONS once all handlers have passed it on: where a route takes other methods only. */
export function answersOptions(place: Place | undefined): boolean {
  return routesAt(place).some((route) => readRoute(route).leavesOptions);
}

/**
 * Whether something in the application may take a method, at whatever path: a route for it, or a handler that names no methods and
 * was not asked, since it is mounted at another path than the request's.
 */
export function mayTake(method: string, { layers, path }: { layers: readonly Layer[]; path: string | undefined }): boolean {
  return layers.some((layer) => {
    const { route, handle } = layer;
    const taken = path === undefined ? undefined : matchedPart(layer, path);
    if (route) {
      const { methods, takesAll } = readRoute(route);
      return methods.includes(method) || (takesAll && taken === undefined);
    }
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

/** Describes what a route takes. */
interface RouteMethods {
  /** The methods that it names. One that takes all names none, since it is mostly a middleware. */
  readonly methods: readonly string[];
  /** Whether it was made by `all()`. */
  readonly takesAll: boolean;
  /** Whether Express itself answers OPTIONS for it. */
  readonly leavesOptions: boolean;
  /** What it was read of: another handler may be for another method. */
  readonly source: readonly [methods: Route["methods"], handlers: number | undefined, lastHandler: unknown];
}

/** Maps a route to what was read of it: to list the members of `methods`, which is a dictionary, costs more than all else that a 405 needs. */
const knownRoutes = new WeakMap<Route, RouteMethods>();

function readRoute(route: Route): RouteMethods {
  const source = [route.methods, route.stack?.length, route.stack?.at(-1)] as const;
  const known = knownRoutes.get(route);
  if (known?.source.every((part, at) => part === source[at])) return known;
  const names = Object.keys(route.methods);
  const hasAll = route.methods["_all"] === true;
  const takesAll = hasAll || names.length >= METHODS.length; // the application's own all() names each of Node's methods
  const named = takesAll && !hasAll ? [] : names.filter((name) => name !== "_all");
  const methods = named.flatMap((name) => (name === "get" ? ["HEAD", "GET"] : [name.toUpperCase()]));
  const leavesOptions = !takesAll && !route.methods["options"] && methods.length > 0;
  const read = { methods, takesAll, leavesOptions, source };
  knownRoutes.set(route, read);
  return read;
}

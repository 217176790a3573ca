import { METHODS } from "node:http";
import type { Application, Request } from "express";

/** Describes a mounted handler, as Express 4 and 5 keep it. Both have these members, and neither documents them. */
export interface Layer {
  readonly handle?: { readonly stack?: readonly Layer[] };
  readonly name?: string;
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  /** Matches the beginning of a path. The matched part is in what it returns from router 2.3 on, before that in `path`. */
  readonly match: (path: string) => boolean | { readonly path: string };
  readonly path?: string;
  /** Whether the layer is mounted at "/": Express 5 has `slash`, Express 4 `regexp.fast_slash`. */
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
}

/** Lists the layers of an application in their order. A value that is no Express application has none. */
export function layersOf(app: Application | undefined): readonly Layer[] {
  // Express 5 calls the member `router`; in Express 4 a getter of that name throws.
  const { _router } = (app ?? {}) as { _router?: { stack: Layer[] } };
  return (_router ?? (app?.router as { stack?: Layer[] } | undefined))?.stack ?? [];
}

/**
 * Lists the methods of all routes that match `path`, those of nested routers included, in the order of the routes, as an Allow field
 * has them (RFC 9110 section 10.2.1). Calling `match` has no side effect, since Express overwrites the members that `match` sets before it
 * reads them. Routes of a mounted application are not listed.
 */
export function methodsAt(layers: readonly Layer[], path: string): Set<string> {
  const methods = layers.flatMap((layer) => {
    const inner = layer.handle?.stack;
    const taken = layer.route || inner ? matchedPart(layer, path) : undefined;
    if (taken === undefined) return [];
    return layer.route ? methodsOfRoute(layer.route) : [...methodsAt(inner!, restOfPath(path, taken))];
  });
  return new Set(methods);
}

/** Lists the methods of all routes, whatever their path. */
export function methodsAnywhere(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => (route ? methodsOfRoute(route) : methodsAnywhere(handle?.stack ?? [])));
}

/** Computes the request's path as the application's own routes see it, whichever router the caller is mounted in. */
export function pathInApp({ app, baseUrl, path }: Request): string {
  const full = `${baseUrl}${path}`;
  return restOfPath(full, app === undefined ? "" : mountOf(app as Application & { parent?: Application }, full));
}

/**
 * Computes the part of a path that the applications around this one are mounted at. Express does not say which layer has which
 * application, so the first matching one counts.
 */
function mountOf({ parent }: { parent?: Application }, full: string): string {
  if (parent === undefined) return "";
  const above = mountOf(parent as Application & { parent?: Application }, full);
  const rest = restOfPath(full, above);
  const parts = layersOf(parent).map((layer) => (layer.name === "mounted_app" ? matchedPart(layer, rest) : undefined));
  return above + (parts.find((part) => part !== undefined) ?? "");
}

/**
 * Lists the methods of one route. A route made by `all()` names none, since it is mostly a middleware: it has `_all`, or each of Node's
 * methods if it was the application's `all()`.
 */
function methodsOfRoute({ methods }: NonNullable<Layer["route"]>): string[] {
  const named = Object.keys(methods).filter((method) => method !== "_all");
  if (named.length >= METHODS.length) return [];
  return named.flatMap((method) => (method === "get" ? ["HEAD", "GET"] : [method.toUpperCase()]));
}

function matchedPart(layer: Layer, path: string): string | undefined {
  try {
    const match = layer.match(path);
    return typeof match === "object" ? match.path : match ? layer.path : undefined;
  } catch {
    return undefined; // a parameter with a broken percent-encoding
  }
}

function restOfPath(path: string, taken: string): string {
  const rest = path.slice(taken.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

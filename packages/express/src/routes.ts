import { METHODS } from "node:http";
import type { Application, Request } from "express";

/** What Express 4 and 5 keep of a mounted handler: the same members in both, documented in neither. */
export interface Layer {
  readonly handle?: { readonly stack?: readonly Layer[] };
  readonly name?: string;
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  /** Says which part of the path it takes: by what it returns from router 2.3 on, before that in `path`. */
  readonly match: (path: string) => boolean | { readonly path: string };
  readonly path?: string;
  /** Whether it is mounted at "/": Express 5 keeps one, Express 4 the other. */
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
}

/** The layers of an application, in their order; none where it is not an Express application. */
export function layersOf(app: Application | undefined): readonly Layer[] {
  // Express 5 calls it router; in Express 4 that name is a getter that throws.
  const { _router } = (app ?? {}) as { _router?: { stack: Layer[] } };
  return (_router ?? (app?.router as { stack?: Layer[] } | undefined))?.stack ?? [];
}

/**
 * The methods that the routes of `layers` take at `path`, nested routers included, in the order of their routes, as an Allow
 * field lists them. Asking a layer has no side effect: Express overwrites what `match` notes before it reads it.
 * An application mounted in this one keeps its routes to itself.
 */
export function methodsAt(layers: readonly Layer[], path: string): Set<string> {
  const methods = layers.flatMap((layer) => {
    const inner = layer.handle?.stack;
    const taken = layer.route || inner ? takenBy(layer, path) : undefined;
    if (taken === undefined) return [];
    return layer.route ? methodsOf(layer.route) : [...methodsAt(inner!, below(path, taken))];
  });
  return new Set(methods);
}

/** The methods of all routes, wherever they are. */
export function methodsAnywhere(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => (route ? methodsOf(route) : methodsAnywhere(handle?.stack ?? [])));
}

/** The request's path as the application's own routes see it, whatever router the caller sits in. */
export function pathInApp({ app, baseUrl, path }: Request): string {
  const full = `${baseUrl}${path}`;
  return below(full, app === undefined ? "" : mountOf(app as Application & { parent?: Application }, full));
}

/** What the applications around this one take of a path. Express does not tell which layer holds which: the first that fits. */
function mountOf({ parent }: { parent?: Application }, full: string): string {
  if (parent === undefined) return "";
  const above = mountOf(parent as Application & { parent?: Application }, full);
  const rest = below(full, above);
  const taken = layersOf(parent).map((layer) => (layer.name === "mounted_app" ? takenBy(layer, rest) : undefined));
  return above + (taken.find((part) => part !== undefined) ?? "");
}

/** `all()`, of a route (`_all`) or of the application (each of Node's methods), says nothing of methods: it is mostly a middleware. */
function methodsOf({ methods }: NonNullable<Layer["route"]>): string[] {
  const named = Object.keys(methods).filter((method) => method !== "_all");
  if (named.length >= METHODS.length) return [];
  return named.flatMap((method) => (method === "get" ? ["HEAD", "GET"] : [method.toUpperCase()]));
}

function takenBy(layer: Layer, path: string): string | undefined {
  try {
    const match = layer.match(path);
    return typeof match === "object" ? match.path : match ? layer.path : undefined;
  } catch {
    return undefined; // a parameter that does not decode
  }
}

function below(path: string, taken: string): string {
  const rest = path.slice(taken.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

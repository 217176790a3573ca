import type { Request } from "express";
import { hasHandler, layersOf, matchedPart, restOfPath, type Layer } from "./layers.js";

/** Says where a request is in an application. */
export interface Place {
  /** The layers of the application. */
  readonly layers: readonly Layer[];
  /** The request's path as these layers see it. */
  readonly path: string;
}

/** Selects the members of a request that say where it is while a handler runs. */
export type Location = Pick<Request, "app" | "baseUrl" | "path">;

/**
 * Finds the place of a request in the application that `handler`, which is running, is mounted in. Express does not say where an
 * application is mounted: it is where the layers that lead to the handler take the rest of `baseUrl`.
 * @returns undefined where `request.app` is another application. Express does not restore that member behind an application that
 *   was mounted by a router, or by anything but an application.
 */
export function locate({ app, baseUrl, path }: Location, handler: object): Place | undefined {
  const layers = layersOf(app);
  if (layers.length === 0) return undefined;
  const full = `${baseUrl}${path}`;
  for (const mount of mountsIn(baseUrl)) {
    const rest = restOfPath(full, mount);
    if (leadTo(handler, layers, rest, baseUrl.slice(mount.length))) return { layers, path: rest };
  }
  return undefined;
}

/** Limits where an application may be mounted, in path segments: a client chooses how many a wildcard takes. */
const maxMountSegments = 16;

/** Lists the paths that an application may be mounted at. */
function mountsIn(baseUrl: string): string[] {
  const mounts = [""];
  for (let at = baseUrl.indexOf("/", 1); at !== -1 && mounts.length < maxMountSegments; at = baseUrl.indexOf("/", at + 1))
    mounts.push(baseUrl.slice(0, at));
  return baseUrl === "" ? mounts : [...mounts, baseUrl];
}

/** Whether layers lead to a handler, and take `taken`, and no more, of the path on the way. It is mostly mounted last, and never by a route. */
function leadTo(handler: object, layers: readonly Layer[], path: string, taken: string): boolean {
  for (let at = layers.length - 1; at >= 0; at--) if (leadsTo(handler, layers[at]!, path, taken)) return true;
  return false;
}

function leadsTo(handler: object, layer: Layer, path: string, taken: string): boolean {
  if (layer.route) return false;
  const inner = layer.handle?.stack;
  const isFound = hasHandler(layer, handler);
  if (!isFound && !inner) return false;
  const matched = matchedPart(layer, path);
  const part = matched?.endsWith("/") ? matched.slice(0, -1) : matched; // as Express adds it to `baseUrl`
  if (part === undefined || !taken.startsWith(part)) return false;
  return isFound ? part === taken : leadTo(handler, inner!, restOfPath(path, part), taken.slice(part.length));
}

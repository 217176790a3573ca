import type { Application } from "express";

/** Describes a mounted handler, as Express 4 and 5 keep it. Both have these members, and neither documents them. */
export interface Layer {
  readonly handle?: { readonly stack?: readonly Layer[]; readonly length: number };
  readonly name?: string;
  readonly route?: Route;
  /** Matches the beginning of a path. The matched part is in what it returns from router 2.3 on, before that in `path`. */
  readonly match: (path: string) => boolean | { readonly path: string };
  readonly path?: string;
  /** Whether the layer is mounted at "/": Express 5 has `slash`, Express 4 `regexp.fast_slash`. */
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
}

/** Describes a route: its methods are in small letters. */
export interface Route {
  readonly path: unknown;
  readonly methods: Readonly<Record<string, boolean>>;
  /** Its handlers: one that is added may be for a further method. */
  readonly stack?: readonly unknown[];
}

/** Lists the layers of an application in their order. A value that is no Express application has none. */
export function layersOf(app: Application | undefined): readonly Layer[] {
  // Express 5 calls the member `router`; in Express 4 a getter of that name throws.
  const { _router } = (app ?? {}) as { _router?: { stack: Layer[] } };
  return (_router ?? (app?.router as { stack?: Layer[] } | undefined))?.stack ?? [];
}

/** Whether a layer is mounted at "/". */
export function isAtRoot({ slash, regexp }: Layer): boolean {
  return slash ?? regexp?.fast_slash ?? false;
}

/**
 * Returns the part of a path that a layer takes; undefined where it does not match. Calling `match` has no side effect, since Express
 * overwrites the members that `match` sets before it reads them.
 */
export function matchedPart(layer: Layer, path: string): string | undefined {
  try {
    const match = layer.match(path);
    return typeof match === "object" ? match.path : match ? layer.path : undefined;
  } catch {
    return undefined; // a parameter with a broken percent-encoding
  }
}

/** Returns what is left of a path behind the part that a layer takes. */
export function restOfPath(path: string, taken: string): string {
  const rest = path.slice(taken.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * Marks a handler with the function that made it, so that it is found among the layers: tools that trace requests put functions of their own
 * into the layers, and copy a handler's members onto them.
 */
export function markHandler<Handler extends object>(handler: Handler, name: "fgErrors" | "fgResponses"): Handler {
  return Object.assign(handler, { [mark]: { name, handler } satisfies Mark });
}

/** Whether a layer has this very handler. */
export function hasHandler(layer: Layer, handler: object): boolean {
  return markOf(layer)?.handler === handler;
}

/** Returns the name of the function of this library, of whatever copy, that made a layer's handler; undefined for any other handler. */
export function markedName(layer: Layer): string | undefined {
  return markOf(layer)?.name;
}

/** Counts the parameters by which Express recognises a handler of errors. */
export const errorHandlerLength = 4;

interface Mark {
  readonly name: string;
  readonly handler: object;
}

function markOf({ handle }: Layer): Mark | undefined {
  return (handle as { readonly [mark]?: Mark } | undefined)?.[mark];
}

/** Names the member that marks a handler. It is no symbol, since OpenTelemetry copies only what `for in` lists. */
const mark = "fgErrorsHandler";

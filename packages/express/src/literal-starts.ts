import type { Layer } from "./layers.js";

/**
 * Gives the literal beginnings of the paths of layers: in lower case, since routes mostly ignore case, and "" where only the layer's own
 * regular expression knows. Express has asked that of every layer before nothing was found: to ask them all once more would double what an
 * unmatched request costs.
 * @example literalStarts(layers)[0] // "/orders" of the route "/orders/:id"
 */
export function literalStarts(layers: readonly Layer[]): readonly string[] {
  const known = knownStarts.get(layers);
  if (known && known.layers.length === layers.length && known.layers.every((layer, at) => layer === layers[at]))
    return known.starts;
  const starts = layers.map(({ route }) => literalStart(route?.path));
  knownStarts.set(layers, { layers: [...layers], starts });
  return starts;
}

/** Maps the layers of an application or a router to what was found of them. */
const knownStarts = new WeakMap<readonly Layer[], { readonly layers: readonly Layer[]; readonly starts: readonly string[] }>();

/** Gives the characters that stand for themselves at the beginning of a path. Slashes at the end are optional. */
function literalStart(path: unknown): string {
  if (typeof path !== "string" || path.includes("|")) return ""; // Express 4 takes a text for a regular expression
  const [start, next] = /^([\w./~-]*)(.?)/s.exec(path)!.slice(1) as [string, string];
  let end = quantifiers.has(next) ? start.length - 1 : start.length;
  while (start[end - 1] === "/") end--;
  return start.slice(0, end).toLowerCase();
}

/** Lists what repeats the character before it, or makes it optional. */
const quantifiers: ReadonlySet<string> = new Set(["*", "+", "?", "{"]);

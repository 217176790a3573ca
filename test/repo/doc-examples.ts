// The examples of doc comments, and where the names come from that they use.
import { ambientType } from "./ambient-names.js";
import { entryPoints, parseSource, symbolsOf, type ParsedSource } from "./public-symbols.js";

/** Lists the examples of a source. */
export function examplesOf({ docs }: ParsedSource): string[] {
  return docs.flatMap((doc) =>
    doc
      .split(/^@/m)
      .filter((part) => part.startsWith("example"))
      .map((part) => part.slice("example".length).trim()),
  );
}

export interface UsedName {
  readonly name: string;
  /** The source that exports it, from the root on, and the entry point by which a reader imports it: an internal one has none. */
  readonly source?: string;
  readonly specifier?: string;
  /** TypeScript of its type, where nothing exports it: an example may use some names without declaring them. */
  readonly type?: string;
}

/**
 * Lists the names of an example that something declares. They are those that its file exports; those of its package; those that a reader
 * knows, such as `app`; and those of the other packages.
 */
export function namesOf(path: string, example: string): readonly UsedName[] {
  const packageName = path.split("/")[1]!;
  const own = all.filter(({ specifier }) => specifier.startsWith(`@fg-errors/${packageName}`));
  const ownFile = { source: path, names: exportedNames(path) };
  return [...new Set(identifiersIn(parseSource("example.ts", example).statements))].flatMap((name): UsedName[] => {
    const ambient = ambientType(path, name);
    const places = [ownFile, ...(ambient?.isOwn ? [] : own), ...(ambient ? [] : all)];
    const found = places.find(({ names }) => names.has(name));
    if (found) {
      const { names: _, ...place } = found;
      return [{ name, ...place }];
    }
    return ambient ? [{ name, type: ambient.type }] : [];
  });
}

const exportedNames = (path: string) => new Set(symbolsOf(path).map(({ name }) => name));

/** Lists the entry points: those of core and Express are asked first. */
const all = [...entryPoints]
  .map(([specifier, source]) => ({ specifier, source, names: exportedNames(source) }))
  .toSorted((a, b) => rank(a.specifier) - rank(b.specifier));

function rank(specifier: string): number {
  return /\/(?:core|express)\b/.test(specifier) ? 0 : 1;
}

/** Lists the names of a node's identifiers, without those of members. */
function identifiersIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, name, computed, shorthand, ...parts } = node as Record<string, unknown>;
  const own = type === "Identifier" ? [name as string] : [];
  if (type === "MemberExpression" && !computed) delete parts["property"];
  if (type === "Property" && !computed && !shorthand) delete parts["key"];
  return [...own, ...Object.values(parts).flatMap(identifiersIn)];
}

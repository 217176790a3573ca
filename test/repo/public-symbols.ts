// What the packages export: each symbol of an entry point, followed to the file that declares it, with the doc comments of its declarations.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "rolldown/utils";
import { packageNames, root, sourcesOf } from "./sources.js";

export interface PublicSymbol {
  readonly name: string;
  /** From the root on. */
  readonly path: string;
  /** Of each declaration that a reader sees: an overloaded function has several. Undefined: there is none. */
  readonly docs: readonly (string | undefined)[];
}

export interface ParsedSource {
  readonly path: string;
  readonly text: string;
  readonly statements: readonly Statement[];
  /** All doc comments, without the marks of comments. */
  readonly docs: readonly string[];
  readonly docBefore: (at: number) => string | undefined;
}

interface Named {
  readonly name: string;
}

interface Statement {
  readonly type: string;
  readonly start: number;
  readonly source?: { readonly value: string } | null;
  readonly declaration?: Declaration | null;
  readonly specifiers?: readonly { readonly imported?: Named; readonly local?: Named; readonly exported?: Named }[];
}

interface Declaration {
  readonly type: string;
  readonly id?: Named | null;
  readonly declarations?: readonly { readonly id: Named }[];
}

/** Parses a module. */
export function parseSource(path: string, text: string): ParsedSource {
  const { program, comments } = parseSync(path, text, { lang: "ts" });
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const plain = (value: string) =>
    value
      .replace(/^\*\s?/, "")
      .replace(/^ *\* ?/gm, "")
      .trim();
  return {
    path,
    text,
    statements: program.body as unknown as readonly Statement[],
    docs: docs.map(({ value }) => plain(value)),
    docBefore: (at) =>
      docs.filter(({ end }) => end <= at && text.slice(end, at).trim() === "").map(({ value }) => plain(value))[0],
  };
}

/** Parses all sources of the packages, by their paths from the root on. */
export const parsedSources: ReadonlyMap<string, ParsedSource> = new Map(
  packageNames.flatMap((name) =>
    sourcesOf(name).map(({ path, text }) => {
      const full = `packages/${name}/src/${path}`;
      return [full, parseSource(full, text)] as const;
    }),
  ),
);

/** Maps each specifier that a user can import to the source behind it. */
export const entryPoints: ReadonlyMap<string, string> = new Map(
  packageNames.flatMap((name) => {
    const manifest = readFileSync(new URL(`packages/${name}/package.json`, root), "utf8");
    const { exports } = JSON.parse(manifest) as { exports: Record<string, string | { import: { default: string } }> };
    return Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === "string"
        ? []
        : [[`@fg-errors/${name}${subpath.slice(1)}`, sourceOf(name, target.import.default)] as const],
    );
  }),
);

function sourceOf(name: string, built: string): string {
  const path = `packages/${name}/src/${/^\.\/dist\/esm\/(.+)\.js$/.exec(built)![1]!}.ts`;
  if (!existsSync(new URL(path, root))) throw new Error(`${fileURLToPath(root)}${path} is missing`);
  return path;
}

/** Lists what a module exports, with the files that declare it. */
export function symbolsOf(path: string, sources: ReadonlyMap<string, ParsedSource> = parsedSources): readonly PublicSymbol[] {
  const source = sources.get(path);
  if (!source) throw new Error(`there is no source ${path}`);
  const stars = source.statements.filter(({ type }) => type === "ExportAllDeclaration");
  const found = source.statements.flatMap((statement): readonly PublicSymbol[] => {
    const { type, declaration, specifiers = [] } = statement;
    if (type !== "ExportNamedDeclaration") return [];
    if (declaration) return namesOf(declaration).map((name) => ({ name, path, docs: [source.docBefore(statement.start)] }));
    return specifiers.map(({ local, exported }) => {
      const from = statement.source ?? importOf(source, local!.name);
      const other = symbolsOf(target(path, from.value), sources).find(({ name }) => name === local!.name);
      if (!other) throw new Error(`${path} exports ${local!.name}, which ${from.value} has not`);
      return { ...other, name: exported!.name };
    });
  });
  const own = new Map<string, PublicSymbol>();
  for (const each of found) own.set(each.name, { ...each, docs: [...(own.get(each.name)?.docs ?? []), ...each.docs] });
  const others = stars.flatMap((star) => symbolsOf(target(path, star.source!.value), sources));
  const symbols = new Map([...others.map((each) => [each.name, each] as const), ...own]); // an own export hides one of a star
  return [...symbols.values()].map((each) => ({ ...each, docs: visible(each.docs) }));
}

/** Finds where a module imports what it then exports, under the same name. */
function importOf({ path, statements }: ParsedSource, name: string) {
  const found = statements.find(
    ({ type, specifiers }) => type === "ImportDeclaration" && specifiers?.some(({ imported }) => imported?.name === name),
  );
  if (!found) throw new Error(`${path} exports ${name}, which it declares elsewhere`);
  return found.source!;
}

/** Leaves out the implementation behind overloads, which nobody sees: it is the last, and has no comment. */
function visible(docs: PublicSymbol["docs"]): PublicSymbol["docs"] {
  return docs.length > 1 && docs.at(-1) === undefined ? docs.slice(0, -1) : docs;
}

function namesOf({ id, declarations = [] }: Declaration): string[] {
  return (id ? [{ id }] : declarations).map((each) => each.id.name);
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return entryPoints.get(specifier)!;
  return new URL(specifier.replace(/\.js$/, ".ts"), `file:///${from}`).pathname.slice(1);
}

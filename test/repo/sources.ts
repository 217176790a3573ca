// The sources of the packages, and what they import: read by a parser, since a comment or a text may look like an import.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { parseAst } from "vitest/node";

export const packageNames = ["client", "contract", "core", "express", "functiongraph", "koa", "telemetry"] as const;

export const root = new URL("../../", import.meta.url);

export interface Source {
  /** From the package's src/ on. */
  readonly path: string;
  readonly text: string;
}

/** Reads all sources of a package. */
export function sourcesOf(name: (typeof packageNames)[number]): readonly Source[] {
  const folder = new URL(`packages/${name}/src/`, root);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), "utf8") }));
}

/** Lists all that a module imports: by statements, types included, by import() and by the type of that name. */
export function importsIn(text: string): string[] {
  return specifiersIn(parseAst(text, { lang: "ts" }));
}

function specifiersIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, source, argument } = node as Record<string, { value?: unknown; literal?: { value?: unknown } } | undefined>;
  const named =
    source?.value ?? ((type as unknown) === "TSImportType" ? (argument?.literal?.value ?? argument?.value) : undefined);
  return [...(typeof named === "string" ? [named] : []), ...Object.values(node).flatMap(specifiersIn)];
}

/** Lists the lines that assign a function literal to a member. */
export function assignedFunctionsIn(text: string): string[] {
  return assignmentsIn(parseAst(text, { lang: "ts" })).map((start) => text.slice(start).split("\n", 1)[0]!);
}

function assignmentsIn(node: unknown): number[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, start, left, right } = node as {
    type?: string;
    start?: number;
    left?: { type?: string };
    right?: { type?: string };
  };
  const isFunction = /^(?:Arrow)?FunctionExpression$/.test(right?.type ?? "");
  const isFound = type === "AssignmentExpression" && left?.type === "MemberExpression" && isFunction;
  return [...(isFound ? [start!] : []), ...Object.values(node).flatMap(assignmentsIn)];
}

/** Lists the files of the same package that a source imports. */
export function ownImportsOf({ path, text }: Source): string[] {
  return importsIn(text)
    .filter((from) => from.startsWith("."))
    .map((from) => normalize(join(dirname(path), from)).replace(/\.js$/, ".ts"));
}

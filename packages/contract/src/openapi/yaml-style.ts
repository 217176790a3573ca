import type { ToStringOptions } from "yaml";

/** Reads the style of a YAML text, so that what is written looks like it: its indentation, and whether sequences are indented. */
export function yamlStyle(text: string): ToStringOptions {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const indented = lines.find((line) => indentOf(line) > 0 && !line.trim().startsWith("-"));
  const first = lines.findIndex((line, at) => line.trimEnd().endsWith(":") && lines[at + 1]?.trim().startsWith("- "));
  return {
    lineWidth: 0,
    indent: indented === undefined ? 2 : indentOf(indented),
    indentSeq: first < 0 || indentOf(lines[first]!) < indentOf(lines[first + 1]!),
  };
}

const indentOf = (line: string) => line.length - line.trimStart().length;

/**
 * Restores the lines that were only written with other blanks inside, such as `[a]` as `[ a ]`. Lines of another indentation stay as they
 * are written.
 */
export function restoreLines(written: string, original: string): string {
  const originals = new Map(original.split("\n").map((line) => [lineKey(line), line]));
  return written
    .split("\n")
    .map((line) => originals.get(lineKey(line)) ?? line)
    .join("\n");
}

/** Gives what two lines have in common that differ in blanks inside brackets. */
function lineKey(line: string): string {
  const text = line.trim().replace(/ +/g, " ");
  return `${indentOf(line)} ${text.replace(/([[{]) /g, "$1").replace(/ ([\]}])/g, "$1")}`;
}

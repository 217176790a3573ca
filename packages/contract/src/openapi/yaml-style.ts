import type { ToStringOptions } from "yaml";

/** Reads the style of a YAML text, so that what is written looks like it: its indentation, and whether sequences are indented. */
export function yamlStyle(text: string): ToStringOptions {
  const indent = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2;
  const [, parent, item] = /^( *)[^\s#][^#\n]*:\s*\n( *)- /m.exec(text) ?? [];
  return { lineWidth: 0, indent, indentSeq: parent === undefined || item !== parent };
}

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
  return line.trimEnd().replace(/(?<=[[{]) +| +(?=[\]}])/g, "");
}

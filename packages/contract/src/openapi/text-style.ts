import type { ToStringOptions } from "yaml";

/** Describes how a text is written, so that what is added looks like it. */
interface TextStyle {
  readonly isJson: boolean;
  readonly lineEnd: string;
  /** Blanks or tabs of one level. */
  readonly indent: string;
  /** Options for writing YAML. */
  readonly yaml: ToStringOptions;
}

/** Reads the style of a YAML or JSON text: its line ends, its indentation, and whether sequences are indented. */
export function textStyle(text: string): TextStyle {
  const isJson = /^\s*\{/.test(text);
  const lines = text
    .replace(/^\ufeff/, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const indented = lines.find((line) => indentOf(line) > 0 && !line.trim().startsWith("-"));
  const first = lines.findIndex((line, at) => line.trimEnd().endsWith(":") && lines[at + 1]?.trim().startsWith("- "));
  const indent = indented?.slice(0, indentOf(indented)) ?? "  ";
  return {
    isJson,
    lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
    indent,
    yaml: {
      lineWidth: 0,
      indent: indent.length,
      indentSeq: first < 0 || indentOf(lines[first]!) < indentOf(lines[first + 1]!),
    },
  };
}

const indentOf = (line: string) => line.length - line.trimStart().length;

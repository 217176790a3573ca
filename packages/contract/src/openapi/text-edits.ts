import { isCollection, isMap, isPair, stringify, type Node, type Pair, type YAMLMap } from "yaml";
import { textStyle } from "./text-style.js";
import { keyText } from "./yaml-nodes.js";

type Entries = Readonly<Record<string, unknown>>;

/** Collects edits of the text of a YAML or JSON document. All that is not edited stays octet by octet. */
export interface TextEdits {
  /** Adds entries to a map, behind those that it has. It must have one. */
  readonly add: (map: YAMLMap, entries: Entries) => void;
  /** Gives a pair of a map another value. */
  readonly set: (map: YAMLMap, pair: Pair, value: Entries) => void;
  /** Removes pairs of a map, but not all of them. */
  readonly remove: (map: YAMLMap, pairs: readonly Pair[]) => void;
  /** Gives the edited text. */
  readonly apply: () => string;
}

/** Starts to edit a text, whose nodes have their offsets in it. */
export function editText(text: string): TextEdits {
  const edits: { readonly start: number; readonly end: number; readonly by: string }[] = [];
  const replace = (start: number, end: number, by: string) => void edits.push({ start, end, by });
  const { isJson, lineEnd, indent, yaml } = textStyle(text);

  const lineStart = (offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
  const nextLine = (offset: number) => (text[offset - 1] === "\n" ? offset : text.indexOf("\n", offset) + 1 || text.length);
  const isFirstOfLine = (offset: number) => text.slice(lineStart(offset), offset).trim() === "";
  const indentationAt = (offset: number) => /^[ \t]*/.exec(text.slice(lineStart(offset), offset))![0];

  function blockLines(entries: Entries, indentation: string): string {
    const lines = stringify(entries, { ...yaml, aliasDuplicateObjects: false })
      .trimEnd()
      .split("\n");
    return lines.map((line) => (line === "" ? "" : indentation + line) + lineEnd).join("");
  }

  function insertLines(offset: number, entries: Entries, indentation: string): void {
    const at = nextLine(offset);
    replace(at, at, (text[at - 1] === "\n" ? "" : lineEnd) + blockLines(entries, indentation));
  }

  function flowText(value: unknown, indentation: string, isMultiline: boolean): string {
    if (!isJson)
      return stringify(value, { collectionStyle: "flow", lineWidth: 0, aliasDuplicateObjects: false })
        .split("\n")
        .map((line) => line.trim())
        .join(" ")
        .trim();
    return isMultiline ? JSON.stringify(value, null, indent).replaceAll("\n", lineEnd + indentation) : JSON.stringify(value);
  }

  return {
    add(map, entries) {
      const first = startOf(map.items[0]!);
      const last = endOf(map.items.at(-1)!);
      const indentation = indentationAt(first);
      if (!map.flow) return insertLines(last, entries, indentation);
      const isMultiline = isFirstOfLine(first);
      const separator = isMultiline ? `,${lineEnd}${indentation}` : ", ";
      const added = Object.entries(entries).map(
        ([name, value]) => `${separator}${flowText(name, "", false)}: ${flowText(value, indentation, isMultiline)}`,
      );
      replace(last, last, added.join(""));
    },
    set(map, pair, value) {
      const { range } = (pair.value ?? pair.key) as Node;
      const [start, end] = pair.value ? [range![0], range![1]] : [range![1], range![1]];
      const indentation = indentationAt(startOf(pair));
      if (map.flow) replace(start, end, (start === end ? " " : "") + flowText(value, indentation, text.trim().includes("\n")));
      else if (isEmptyNode(pair.value) && !isEmptyObject(value)) {
        const line = text.slice(lineStart(start), start);
        const blanks = line.length - line.trimEnd().length;
        if (start < end) replace(start - blanks, end, "");
        insertLines(end, value, indentation + indent);
      } else replace(lineStart(startOf(pair)), nextLine(endOf(pair)), blockLines({ [keyText(pair)]: value }, indentation));
    },
    remove(map, pairs) {
      const kept = map.items.findIndex((pair) => !pairs.includes(pair));
      if (map.flow && kept > 0) replace(startOf(map.items[0]!), startOf(map.items[kept]!), "");
      for (const pair of pairs) {
        const at = map.items.indexOf(pair);
        if (!map.flow) replace(lineStart(startOf(pair)), nextLine(endOf(pair)), "");
        else if (at > kept) replace(endOf(map.items[at - 1]!), endOf(pair), "");
      }
    },
    apply() {
      let at = 0;
      const parts = edits
        .toSorted((one, other) => one.start - other.start)
        .map(({ start, end, by }) => {
          const part = text.slice(at, start) + by;
          at = end;
          return part;
        });
      return parts.join("") + text.slice(at);
    },
  };
}

const isEmptyObject = (value: Entries) => Object.keys(value).length === 0;

/** Whether a node is null, or a map without pairs. */
export const isEmptyNode = (node: unknown) =>
  isCollection(node)
    ? isMap(node) && node.items.length === 0
    : ((node as { readonly value?: unknown } | null)?.value ?? null) === null;

const startOf = ({ key }: Pair) => (key as Node).range![0];

/** Gives the offset behind a pair's last value, without the comments that follow it. */
function endOf({ key, value }: Pair): number {
  if (!isCollection(value) || value.flow || value.items.length === 0) return ((value ?? key) as Node).range![1];
  const last = value.items.at(-1)!;
  return isPair(last) ? endOf(last) : endOf({ key: last, value: last } as Pair);
}

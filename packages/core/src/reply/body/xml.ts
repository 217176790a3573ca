/** Lists the elements, by their path below the root, whose texts count as the root's: AWS's Query protocol and EC2 wrap their error. */
const wrappers: ReadonlySet<string> = new Set(["", "Error", "Errors", "Errors/Error"]);

/** Limits the levels of elements that are read: the root, two wrappers, and their texts. */
const maxLevels = 4;

/**
 * Reads the texts directly below the root of an XML document, or below its wrappers, by their names without prefix: enough for RFC 9457's
 * XML format (appendix B) and those of object stores and the like. The first of a name counts. A document that is cut gives nothing, as
 * cut JSON does. Only XML's own five entities are known.
 */
export function xmlMembers(text: string): Readonly<Record<string, string>> {
  const members = new Map<string, string>();
  const names: string[] = []; // of the open elements that are read
  const contents: string[] = [];
  let depth = 0;
  let from = 0;
  const addText = (content: string) => {
    if (depth > 0 && depth <= maxLevels) contents[depth - 1] += content;
  };
  for (let open = text.indexOf("<"); open >= 0; open = text.indexOf("<", from)) {
    addText(decodeEntities(text.slice(from, open)));
    const mark = markupKinds.find(({ start }) => text.startsWith(start, open))!;
    const end = text.indexOf(mark.end, open + mark.start.length);
    if (end < 0) return {};
    const inner = text.slice(open + mark.start.length, end);
    from = end + mark.end.length;
    if (mark.kind === "text") addText(inner);
    else if (mark.kind === "close") {
      if (depth === 0) return {};
      const parent = names.slice(1, depth - 1).join("/");
      const name = localName(inner);
      const isText = depth > 1 && depth <= maxLevels && wrappers.has(parent) && !wrappers.has(names.slice(1, depth).join("/"));
      if (isText && !members.has(name)) members.set(name, contents[depth - 1]!);
      depth--;
    } else if (mark.kind === "open" && !inner.endsWith("/") && ++depth <= maxLevels) {
      names.length = contents.length = depth - 1;
      names.push(localName(inner));
      contents.push("");
    }
  }
  return depth === 0 ? Object.fromEntries(members) : {};
}

/** Lists the markup that begins with "<", the more specific first. */
const markupKinds: readonly { readonly start: string; readonly end: string; readonly kind?: "text" | "close" | "open" }[] = [
  { start: "<!--", end: "-->" },
  { start: "<![CDATA[", end: "]]>", kind: "text" },
  { start: "<!", end: ">" },
  { start: "<?", end: "?>" },
  { start: "</", end: ">", kind: "close" },
  { start: "<", end: ">", kind: "open" },
];

/** Gives the name of an element without its prefix and its attributes. */
function localName(tag: string): string {
  const [name = ""] = tag.trim().split(/[\s/]/, 1);
  return name.slice(name.indexOf(":") + 1);
}

const entities: ReadonlyMap<string, string> = new Map(Object.entries({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }));

/** Replaces XML's own five entities, and the references to characters by number. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities.get(name) ?? whole;
      const point = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

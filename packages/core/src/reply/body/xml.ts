/**
 * Reads the texts directly below the root of an XML document, by their names without prefix: enough for RFC 9457's XML format
 * (appendix B) and the like. A document that is cut gives nothing, as cut JSON does. Only XML's own five entities are known.
 */
export function xmlMembers(text: string): Readonly<Record<string, string>> {
  const members: [name: string, text: string][] = [];
  let depth = 0;
  let content = "";
  let from = 0;
  for (let open = text.indexOf("<"); open >= 0; open = text.indexOf("<", from)) {
    if (depth === 2) content += decodeEntities(text.slice(from, open));
    const mark = markupKinds.find(({ start }) => text.startsWith(start, open))!;
    const end = text.indexOf(mark.end, open + mark.start.length);
    if (end < 0) return {};
    const inner = text.slice(open + mark.start.length, end);
    from = end + mark.end.length;
    if (mark.kind === "text" && depth === 2) content += inner;
    if (mark.kind === "close" && depth-- === 2) members.push([localName(inner), content]);
    if (mark.kind === "open" && !inner.endsWith("/") && ++depth === 2) content = "";
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

function localName(tag: string): string {
  return tag.trim().replace(/^[^:]*:/, "");
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

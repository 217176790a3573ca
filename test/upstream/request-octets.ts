// Reads HTTP/1.1 requests off the wire, as a server does that believes every field: what Connection names it does not look at.

/** One request, as the upstream understood it. */
export interface Counted {
  readonly line: string;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
}

/** The first request in some octets, if all of it is there. */
export function requestIn(octets: string): { readonly request: Counted; readonly length: number } | undefined {
  const end = octets.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line = "", ...lines] = octets.slice(0, end).split("\r\n");
  const fields = Object.fromEntries(lines.map((text) => [text.split(":", 1)[0]!.toLowerCase(), text.replace(/^[^:]*:\s*/, "")]));
  const named = (fields["connection"] ?? "").toLowerCase().split(/[\s,]+/);
  const of = (name: string) => (named.includes(name) ? undefined : fields[name]);
  const content = contentIn(octets.slice(end + 4), of("transfer-encoding"), of("content-length"));
  return content && { request: { line, fields, content: content.text }, length: end + 4 + content.length };
}

interface Content {
  readonly text: string;
  /** On the wire. */
  readonly length: number;
}

function contentIn(octets: string, coding: string | undefined, length = "0"): Content | undefined {
  if (coding !== undefined) return chunksIn(octets);
  return octets.length < Number(length) ? undefined : { text: octets.slice(0, Number(length)), length: Number(length) };
}

function chunksIn(octets: string): Content | undefined {
  let [text, at] = ["", 0];
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(octets.slice(at));
    if (!line) return undefined;
    const size = Number.parseInt(line[1]!, 16);
    const begin = at + line[0].length;
    if (octets.length < begin + size + 2) return undefined;
    text += octets.slice(begin, begin + size);
    at = begin + size + 2;
    if (size === 0) return { text, length: at };
  }
}

import type { SeenResponse } from "../testing/seen-response.js";

/**
 * Parses the first final response in the octets of a connection.
 * @param head whether the request's method was HEAD
 * @param hasEnded whether no more octets come: then a response without a length is whole, and a cut one is as much as there is
 * @returns undefined while the response is not whole, and for what is no response
 */
export function parseResponse(octets: Buffer, head: boolean, hasEnded: boolean): SeenResponse | undefined {
  for (let start = 0; ;) {
    const end = octets.indexOf("\r\n\r\n", start);
    if (end < 0) return undefined;
    const lines = octets.toString("latin1", start, end).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(lines[0]!)?.[1]);
    if (Number.isNaN(status)) return undefined;
    start = end + 4;
    if (status >= 200 || status === 101) return finalResponse(status, lines.slice(1), octets.subarray(start), head, hasEnded);
  }
}

function finalResponse(
  status: number,
  fields: readonly string[],
  rest: Buffer,
  head: boolean,
  hasEnded: boolean,
): SeenResponse | undefined {
  const headers = new Map<string, string>();
  for (const field of fields) {
    const [name = "", value = ""] = field.split(/:(.*)/s, 2);
    const known = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), known === undefined ? value.trim() : `${known}, ${value.trim()}`);
  }
  const content =
    head || status === 101 || status === 204 || status === 304 ? Buffer.alloc(0) : contentIn(rest, headers, hasEnded);
  return content && { status, headers, text: content.toString(), isRaw: true };
}

/** Takes the content by its framing (RFC 9112 section 6.3). */
function contentIn(rest: Buffer, headers: ReadonlyMap<string, string>, hasEnded: boolean): Buffer | undefined {
  if (/\bchunked\s*$/i.test(headers.get("transfer-encoding") ?? "")) return chunksIn(rest, hasEnded);
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (Number.isNaN(length)) return hasEnded ? rest : undefined;
  return rest.length >= length || hasEnded ? rest.subarray(0, length) : undefined;
}

function chunksIn(rest: Buffer, hasEnded: boolean): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = rest.indexOf("\r\n", at);
    const size = end < 0 ? Number.NaN : Number.parseInt(rest.toString("latin1", at, end), 16);
    if (size === 0) return Buffer.concat(chunks);
    if (Number.isNaN(size) || end + 2 + size > rest.length) return hasEnded ? Buffer.concat(chunks) : undefined;
    chunks.push(rest.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

// Reads HTTP/1.1 responses off the wire, one after the other, as a client does that believes nothing (RFC 9112 section 6.3).
import type { Answer } from "../wire.js";

export interface Received extends Answer {
  /** Ended as its framing says; "no content" of a response whose content has not come: of an answer to HEAD, that is all. */
  readonly end: "whole" | "cut" | "no content";
}

/** All of a connection's responses but the interim ones, and what is behind them: nothing, unless they are wrong or it was upgraded. */
export interface Conversation {
  readonly responses: readonly Received[];
  readonly rest: string;
  readonly isUpgraded: boolean;
}

/** @param bytes all that came on one connection, as Latin-1 */
export function responsesIn(bytes: string): Conversation {
  const responses: Received[] = [];
  let rest = bytes;
  for (;;) {
    const head =
      /^HTTP\/1\.1 (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n((?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/.exec(rest);
    if (!head) return { responses, rest, isUpgraded: false };
    const status = Number(head[1]);
    const headers = new Headers(head[2]!.split("\r\n").slice(0, -1).map(fieldOf));
    rest = rest.slice(head[0].length);
    if (status === 101) return { responses, rest, isUpgraded: true };
    if (status < 200) continue;
    const { content, octets, end } = contentOf(status, headers, rest);
    responses.push({ status, headers, text: Buffer.from(content, "latin1").toString(), end });
    rest = rest.slice(octets);
    if (end === "cut") return { responses, rest, isUpgraded: false };
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

interface Content {
  readonly content: string;
  /** That it takes on the wire. */
  readonly octets: number;
  readonly end: Received["end"];
}

function contentOf(status: number, headers: Headers, rest: string): Content {
  const nothing: Content = { content: "", octets: 0, end: "no content" };
  const [length, coding] = [headers.get("content-length"), headers.get("transfer-encoding")];
  if (status === 204 || status === 304 || length === "0") return { ...nothing, end: "whole" };
  if (rest === "" || rest.startsWith("HTTP/1.1 ")) return nothing;
  if (coding !== null) return chunksOf(rest);
  if (length === null) return { content: rest, octets: rest.length, end: "whole" }; // until the connection's end
  const octets = Number(length);
  if (!/^\d+$/.test(length) || rest.length < octets) return { content: rest, octets: rest.length, end: "cut" };
  return { content: rest.slice(0, octets), octets, end: "whole" };
}

function chunksOf(rest: string): Content {
  let [content, octets] = ["", 0];
  for (;;) {
    const line = /^([0-9a-f]+)(?:;[^\r\n]*)?\r\n/i.exec(rest.slice(octets, octets + 100));
    const size = Number.parseInt(line?.[1] ?? "", 16);
    const last = size === 0 ? /^0+(?:;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(rest.slice(octets)) : null;
    if (last) return { content, octets: octets + last[0].length, end: "whole" };
    const begin = octets + (line?.[0].length ?? 0);
    const isWhole = line !== null && size > 0 && rest.slice(begin + size, begin + size + 2) === "\r\n";
    if (!isWhole) return { content: content + rest.slice(begin), octets: rest.length, end: "cut" };
    content += rest.slice(begin, begin + size);
    octets = begin + size + 2;
  }
}

// What an upstream may send: a reply whose framing may be wrong, with an octet that may be another, or the last.
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import { reply, type Drawn } from "./replies.js";

export interface Sent {
  readonly drawn: Drawn;
  readonly frame: string;
  readonly damage: { readonly at: number; readonly octet: number | null } | null;
}

/** How the upstream says where its content ends, truly or not. */
const framing = fc.oneof(
  { weight: 4, arbitrary: fc.constant("length") },
  fc.constantFrom("chunked", "close", "longer", "shorter", "both", "twice", "endless", "bad chunk", "nonsense"),
);

const framings: Readonly<Record<string, (content: string) => readonly [fields: string, content: string]>> = {
  length: (content) => [`Content-Length: ${content.length}\r\n`, content],
  chunked: (content) => ["Transfer-Encoding: chunked\r\n", `${chunk(content)}0\r\n\r\n`],
  close: (content) => ["Connection: close\r\n", content],
  longer: (content) => [`Content-Length: ${content.length + 10}\r\n`, content],
  shorter: (content) => [`Content-Length: ${content.length >> 1}\r\n`, content],
  both: (content) => [`Content-Length: ${content.length}\r\nTransfer-Encoding: chunked\r\n`, `${chunk(content)}0\r\n\r\n`],
  twice: (content) => [`Content-Length: ${content.length}\r\nContent-Length: 1\r\n`, content],
  endless: (content) => ["Transfer-Encoding: chunked\r\n", chunk(content)],
  "bad chunk": (content) => ["Transfer-Encoding: chunked\r\n", `${chunk(content)}zz\r\n`],
  nonsense: (content) => ["Content-Length: 1e1\r\n", content],
};

function chunk(content: string): string {
  return content === "" ? "" : `${content.length.toString(16)}\r\n${content}\r\n`;
}

/** One octet of all that is sent becomes another, or is the last. */
const damage = fc.option(fc.record({ at: fc.nat(), octet: fc.option(fc.integer({ min: 0, max: 255 })) }), { freq: 2 });

/** The octets of a reply. */
export function written({ drawn: { status, reason, fields, content }, frame, damage }: Sent): string {
  const [framed, body] = framings[frame]!(content);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const bytes = `HTTP/1.1 ${String(status).padStart(3, "0")} ${reason}\r\n${lines}${framed}\r\n${body}`;
  if (!damage) return bytes;
  const at = damage.at % bytes.length;
  return bytes.slice(0, at) + (damage.octet === null ? "" : String.fromCharCode(damage.octet) + bytes.slice(at + 1));
}

/**
 * Wherever what an upstream says may come out, it is no secret: of a status that is no server's failure, and where an octet was exchanged,
 * which may make another field or another status of it.
 */
export const octets = (status: Arbitrary<number>): Arbitrary<Sent> =>
  fc
    .tuple(framing, damage)
    .chain(([frame, damage]) =>
      reply(status, (status) => status < 500 || damage !== null).map((drawn) => ({ drawn, frame, damage })),
    );

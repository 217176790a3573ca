// What an upstream may answer: any head, and content that is nearly an envelope, or nearly anything else.
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { ofFrameworks } from "../upstream/envelope-examples-frameworks.js";
import { documented } from "../upstream/envelope-examples.js";
import { acting } from "../assert-contract.js";
import { mutated } from "./mutated.js";
import { forgedOwn } from "./own-bodies.js";

/** Texts and octets are written down as Latin-1, so that a counterexample shows every octet. */
export interface Drawn {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly content: string;
}

/** But for an id, which is handed on. */
const examples = [...documented, ...ofFrameworks].map(([, [type, body]]) => ({
  type,
  body: body.replace(/(?<="trace_id":")s3cr3t/, "c0ffee"),
}));
const envelopes = examples.flatMap(({ type, body }) => (type.endsWith("json") ? [JSON.parse(body) as unknown] : []));

/** Field values as node:http takes them: everything but controls; a recipient may get any octet above ASCII. */
export const fieldValue = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((octet) => octet !== 0x7f).map((octet) => String.fromCharCode(octet)), maxLength: 30 }), // prettier-ignore
  fc.constantFrom(
    "",
    "0",
    "-1",
    "a, b",
    "max-age=60",
    "no-store",
    "*",
    "Basic",
    'Bearer realm="a", error="b',
    "GET,",
    "1e9",
    "120",
  ),
  fc.constantFrom(
    "Fri, 31 Dec 1999 23:59:59 GMT",
    "edge; error=dns_error",
    'a;b="',
    "chunked",
    "close",
    "a=1; Path=/",
    "bytes 0-1/2",
  ),
);

const fieldName = fc.oneof(
  fc.constantFrom(
    "Retry-After",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "Allow",
    "Vary",
    "Set-Cookie",
    "ETag",
    "Cache-Control",
  ),
  fc.constantFrom("Expires", "Age", "Content-Language", "Content-Disposition", "Content-Range", "Last-Modified", "X-Request-Id"),
  fc.constantFrom("Trailer", "Location", "Content-Encoding", "Access-Control-Max-Age", "Upgrade"), // HTTP/2 sends each once, or never
  fc.constantFrom(
    "Proxy-Status",
    "X-Amzn-ErrorType",
    "X-Func-Err-Code",
    "CDN-Cache-Control",
    "Connection",
    "Keep-Alive",
    "X-A",
    "Date",
  ),
  fc.constantFrom(...acting),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019-_!#$%&'*+.^`|~"), minLength: 1, maxLength: 12 }).map((name) => `x${name}`),
);

const contentType = fc.constantFrom(
  ..."application/json application/problem+json application/problem+xml application/xml text/plain text/html application/vnd.a+json".split(
    " ",
  ),
  "application/json; charset=latin1",
  'text/plain;charset="utf-16',
  "*/*",
  ";",
);

const latin1 = (text: string) => Buffer.from(text).toString("latin1");

const whole: Arbitrary<string> = fc.oneof(
  mutated(envelopes, fc.jsonValue()).map((value) => latin1(JSON.stringify(value) ?? "")),
  forgedOwn.map((value) => latin1(JSON.stringify(value))),
  fc.constantFrom(...examples).map(({ body }) => latin1(body)),
  fc.json().map(latin1),
  fc.uint8Array({ maxLength: 100 }).map((octets) => Buffer.from(octets).toString("latin1")),
  fc.constantFrom("<h1>s3cr3t</h1>", "s3cr3t\n    at Object.<anonymous> (/app/s3cr3t.js:1:1)", "", '{"message":"s3cr3t"'),
);

/** As it is, cut short, or with one octet exchanged. */
const content = fc.oneof(
  { weight: 3, arbitrary: whole },
  fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
  fc.tuple(whole, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, octet]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + String.fromCharCode(octet) + text.slice(place + 1);
  }),
);

const codings: Readonly<Record<string, (octets: Buffer) => Buffer>> = {
  identity: (octets) => octets,
  gzip: (octets) => gzipSync(octets),
  deflate: (octets) => deflateSync(octets),
  br: (octets) => brotliCompressSync(octets),
  "gzip, gzip": (octets) => gzipSync(gzipSync(octets)),
};

/** Which coding is said, and which is there. */
const coding = fc.oneof(
  { weight: 4, arbitrary: fc.constant(["identity", "identity"] as const) },
  fc.constantFrom(...Object.keys(codings)).map((name) => [name, name] as const),
  fc.tuple(
    fc.oneof(fc.constantFrom(...Object.keys(codings), "x-gzip", "zstd", "gzip,,br"), fieldValue),
    fc.constantFrom(...Object.keys(codings)),
  ),
);

export const errorStatus = fc.oneof(
  fc.integer({ min: 400, max: 599 }),
  fc.constantFrom(400, 401, 403, 404, 405, 406, 407, 408, 409, 422, 426, 429, 500, 502, 503, 504),
);

/** Any three digits. */
export const anyStatus = fc.oneof({ weight: 3, arbitrary: errorStatus }, fc.integer({ min: 0, max: 999 }));

/** What upstreams do not mean for clients; the words of a 4xx are meant. */
export const secret = "s3cr3t";

/** Octets behind a reason phrase that most parsers let pass, and nobody may write. */
const phraseEnd = fc.constantFrom("", "", "", "\u0001", "\0", "\u007f", "\xe9");

/** @param isPublic whether what an upstream of this status says may come out: then there is no secret in it */
export const reply = (status: Arbitrary<number>, isPublic = (_status: number) => false): Arbitrary<Drawn> =>
  fc
    .tuple(status, fc.array(fc.tuple(fieldName, fieldValue), { maxLength: 6 }), contentType, content, coding, phraseEnd)
    .map(([status, fields, type, text, [said, there], end]) => {
      const word = isPublic(status) ? "public" : secret;
      return {
        status,
        reason: `${word}${end}`,
        fields: [
          ...fields,
          ["Content-Type", type],
          ...(said === "identity" ? [] : [["Content-Encoding", said] as const]),
          ["Server", `${word}/1.0`],
          ["X-Powered-By", word],
        ],
        content: codings[there]!(Buffer.from(text.replaceAll(secret, word), "latin1")).toString("latin1"),
      };
    });

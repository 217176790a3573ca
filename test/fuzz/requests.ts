// What a client may send: requests by the grammar and beside it, some of them with octets exchanged afterwards.
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

/** Stands in queries, credentials and content, which no answer has any business to repeat. */
export const canary = "qu3ry";

const often = <T>(usual: Arbitrary<T>, unusual: Arbitrary<T>, weight = 6) => fc.oneof({ weight, arbitrary: usual }, unusual);
const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const garbage = fc.string({ unit: octet, maxLength: 60 });

const method = often(
  fc.constantFrom("GET", "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"),
  fc.constantFrom("TRACE", "CONNECT", "PRI", "QUERY", "M-SEARCH", "PROPFIND", "get", "GE T", "", "X".repeat(70_000)),
);

/** `*` stands for the case's number, by which the upstream knows what to answer. */
const target = often(
  fc.constantFrom("/*", "/*?token=qu3ry", "/*/orders?qu3ry", "//*", "/*/../..", "/*/%", "/*/%ff%00", "/*#f", "/*/é", "/*?a?b#c"),
  fc.constantFrom(
    "http://elsewhere.example/*?qu3ry",
    "elsewhere.example:443",
    "*",
    "",
    "?qu3ry",
    "\\*",
    `/*/${"x".repeat(17_000)}`,
    "http://",
    "/*\t/",
  ),
);

const version = often(
  fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"),
  fc.constantFrom("HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/11", "", "RTSP/1.0", "HTTP/1.1 "),
  12,
);

const eol = often(fc.constant("\r\n"), fc.constantFrom("\n", "\r", "\r\r\n"), 30);

const field = fc.oneof(
  fc.constantFrom(
    "Accept: text/html",
    "Accept: application/json",
    "Accept: ;;;",
    "Range: bytes=0-1",
    "If-None-Match: *",
    "TE: trailers",
    "Trailer: x",
    "Keep-Alive: timeout=5",
  ),
  fc.constantFrom("X-Request-Id: a.b-c_1", "X-Request-Id: a b", "X-Request-Id: ", "traceparent: 00-zz", "X-Cff-Request-Id: 17"),
  fc.constantFrom(
    "Authorization: Bearer qu3ry",
    "Cookie: a=qu3ry",
    "X-Forwarded-For: qu3ry",
    "Forwarded: for=qu3ry",
    "Via: 1.1 qu3ry",
  ),
  fc.constantFrom(
    "Connection: close",
    "Connection: keep-alive",
    "Connection: x-request-id, close",
    "Connection: Upgrade",
    "Connection: transfer-encoding, content-length",
    "Connection: ,",
  ),
  fc.constantFrom("Expect: 100-continue", "Expect: 200-ok", "Expect: 100-continue, qu3ry", "Expect: "),
  fc.constantFrom(
    "Upgrade: websocket",
    "Upgrade: h2c",
    "Upgrade: qu3ry",
    "HTTP2-Settings: AAMAAABkAAQAAP__",
    "Sec-WebSocket-Version: 13",
  ),
  fc.constantFrom(
    "Host: qu3ry",
    "Host: ",
    "Host: a, b",
    "host:gateway.example",
    "Content-Encoding: gzip",
    "Content-Type: application/json",
  ),
  fc.constantFrom(
    "X : a",
    ": a",
    "X",
    " folded",
    "X: \0",
    "X\0: a",
    "X: a\rb",
    `X: ${"x".repeat(20_000)}`,
    "X: é",
    "A: b\r\n".repeat(2500),
  ),
);

const broken = fc.constantFrom(
  ["Content-Length: 5", "hello qu3ry"],
  ["Content-Length: 500", canary],
  ["Content-Length: -1", canary],
  ["Content-Length: 1e3", canary],
  ["Content-Length: 99999999999999999999", canary],
  ["Content-Length: 5\r\nContent-Length: 6", "hello"],
  ["Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked, gzip", canary],
  ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"],
  ["Transfer-Encoding: identity", canary],
  ["Transfer-Encoding: \x0bchunked", "0\r\n\r\n"],
  ["Transfer-Encoding: chunked", "zz\r\nqu3ry"],
  ["Transfer-Encoding: chunked", "5\r\nhello5\r\nqu3ry"],
  ["Transfer-Encoding: chunked", "ffffffffffffffff1\r\nqu3ry"],
  ["Transfer-Encoding: chunked", `5;${"x".repeat(20_000)}\r\nhello\r\n0\r\n\r\n`],
  ["Transfer-Encoding: chunked", "5\r\nqu3ry\r\n0\r\nContent-Length: 3\r\n\r\n"],
  ["Transfer-Encoding: chunked", "5\r\nqu3ry\r\n"],
);

/** Whoever loses the framing takes it for another request. */
export const smuggled = "/smuggled-*";
const inner = `GET ${smuggled} HTTP/1.1\r\nHost: inner\r\n\r\n`;

const content = fc.oneof(
  { weight: 2, arbitrary: fc.constant(["Transfer-Encoding: chunked", `${sizeOf(inner)}\r\n${inner}\r\n0\r\n\r\n`]) },
  { weight: 1, arbitrary: fc.constant([`Content-Length: ${sizeOf(inner, 10)}`, inner]) },
  { weight: 6, arbitrary: fc.constant(["", ""]) },
  { weight: 2, arbitrary: garbage.map((text) => [`Content-Length: ${text.length}`, text]) },
  {
    weight: 2,
    arbitrary: garbage.map((text) => [
      "Transfer-Encoding: chunked",
      text && `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
    ]),
  },
  { weight: 1, arbitrary: fc.constant(["Content-Length: 300000", canary.repeat(60_000)]) },
  { weight: 4, arbitrary: broken },
);

const hosted = often(fc.constant<string[]>(["Host: gateway.example"]), fc.constantFrom<string[]>([], ["Host: a", "Host: b"]), 12);

/** One request, as octets. */
const whole = fc
  .tuple(method, target, version, hosted, fc.array(field, { maxLength: 4 }), content, eol)
  .map(([method, target, version, hosts, fields, [framing, text], eol]) => {
    const lines = [[method, target, version].join(" "), ...hosts, ...fields, ...(framing === "" ? [] : [framing])];
    return `${lines.join(eol)}${eol}${eol}${text}`;
  });

/** What the same client sends on one connection. */
const pipelined = fc.array(often(whole, garbage, 20), { minLength: 1, maxLength: 3 }).map((requests) => requests.join(""));

interface Change {
  readonly at: number;
  readonly kind: "exchange" | "insert" | "delete" | "double" | "cut";
  readonly text: string;
}

const change: Arbitrary<Change> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("exchange", "insert", "delete", "double", "cut"),
  text: fc.oneof(octet, fc.constantFrom("\r\n", "\r\n\r\n", "\n", "\0", " ", ":", "\t", "HTTP/1.1", "GET / ")),
});

export interface Sent {
  readonly bytes: string;
  /** Its octets were exchanged, so that a query may have become a path. */
  readonly isChanged: boolean;
}

/** Nothing is wrong with them, so that they reach the upstream, one after the other. */
export const clean: Arbitrary<Sent> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("Connection: close\r\n", ""))
  .map(([count, last]) => {
    const lines = Array.from({ length: count }, (_, at) => `GET /*/${at} HTTP/1.1\r\nHost: gateway.example\r\n`);
    return { bytes: `${lines.join("\r\n")}${last}\r\n`, isChanged: false };
  });

/** In octets, once the case's number stands in it. */
function sizeOf(text: string, base = 16): string {
  return (text.length - 1 + caseName(0).length).toString(base);
}

/** What stands for `*` in the case of a seed: always as long. */
export function caseName(seed: number): string {
  return `c${String(seed).padStart(10, "0")}`;
}

export const requests: Arbitrary<Sent> = fc
  .tuple(pipelined, often(fc.constant([] as Change[]), fc.array(change, { minLength: 1, maxLength: 4 }), 2))
  .map(([bytes, changes]) => ({ bytes: changes.reduce(applied, bytes), isChanged: changes.length > 0 }));

function applied(bytes: string, { at, kind, text }: Change): string {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.slice(0, place), bytes.slice(place)];
  if (kind === "exchange") return before + text + after.slice(text.length);
  if (kind === "insert") return before + text + after;
  if (kind === "delete") return before + after.slice(1 + (at % 7));
  if (kind === "double") return before + after.slice(0, 1 + (at % 40)) + after;
  return before;
}

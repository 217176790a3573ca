import { randomBytes } from "node:crypto";
import type { Probe, Target } from "./probe.js";

const unmatchedPath = ({ base }: Target) => `${base}fg-errors-check-${randomBytes(6).toString("hex")}`;

/** Writes a request with the fields that every probe has. */
function requestOf(
  line: string,
  { host }: Target,
  fields: Readonly<Record<string, string>> = {},
  content = "",
  version = "HTTP/1.1",
): string {
  const all = { Host: host, "User-Agent": "fg-errors-check", Connection: "close", ...fields };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} ${version}\r\n${lines.join("")}\r\n${content}`;
}

const get = (path: (target: Target) => string, fields?: Readonly<Record<string, string>>, content?: string) => (target: Target) =>
  requestOf(`GET ${path(target)}`, target, fields, content);

const post = (fields: Readonly<Record<string, string>>, content: string) => (target: Target) =>
  requestOf(`POST ${target.jsonPath}`, target, { "Content-Type": "application/json", ...fields }, content);

const secret = "canary-7d1f";
const upgrade = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Lists the probes, in the order in which they are sent. */
export const probes: readonly Probe[] = [
  { name: "unmatched", summary: "a path that no route matches", octets: get(unmatchedPath), mustFail: true },
  {
    name: "head",
    summary: "the same with HEAD",
    octets: (target) => requestOf(`HEAD ${unmatchedPath(target)}`, target),
    mustFail: true,
    head: true,
  },
  {
    name: "http-1.0",
    summary: "the same with HTTP/1.0",
    octets: (target) => requestOf(`GET ${unmatchedPath(target)}`, target, {}, "", "HTTP/1.0"),
    mustFail: true,
  },
  {
    name: "accept-html",
    summary: "the same for a client that asks for HTML",
    octets: get(unmatchedPath, { Accept: "text/html" }),
    mustFail: true,
  },
  {
    name: "accept-json",
    summary: "the same for a client that asks for JSON",
    octets: get(unmatchedPath, { Accept: "application/json" }),
    mustFail: true,
  },
  {
    name: "accept-none",
    summary: "the same for a client that takes nothing",
    octets: get(unmatchedPath, { Accept: "image/png;q=0.1, */*;q=0" }),
    mustFail: true,
  },
  {
    name: "request-id",
    summary: "a valid X-Request-Id is kept",
    octets: get(unmatchedPath, { "X-Request-Id": "check-17.a_b" }),
    mustFail: true,
    requestId: "check-17.a_b",
  },
  {
    name: "request-id-hostile",
    summary: "a hostile X-Request-Id is not repeated",
    octets: get(unmatchedPath, { "X-Request-Id": `"<b>${secret}{}` }),
    mustFail: true,
    secret,
  },
  {
    name: "query",
    summary: "a query is not repeated",
    octets: get((target) => `${unmatchedPath(target)}?token=${secret}`),
    mustFail: true,
    secret,
  },
  {
    name: "conditional",
    summary: "preconditions and ranges change nothing",
    octets: get(unmatchedPath, { "If-None-Match": "*", Range: "bytes=0-1" }),
    mustFail: true,
  },
  {
    name: "post",
    summary: "a POST that no route matches",
    octets: (target) => requestOf(`POST ${unmatchedPath(target)}`, target, { "Content-Length": "2" }, "{}"),
    mustFail: true,
  },
  {
    name: "unknown-method",
    summary: "a method that is not registered",
    octets: (target) => requestOf(`FOO ${target.knownPath}`, target),
    mustFail: true,
  },
  { name: "trace", summary: "TRACE", octets: (target) => requestOf(`TRACE ${target.knownPath}`, target) },
  {
    name: "options",
    summary: "OPTIONS of a path that no route matches",
    octets: (target) => requestOf(`OPTIONS ${unmatchedPath(target)}`, target),
  },
  { name: "malformed-json", summary: "content that is no JSON", octets: post({ "Content-Length": "6" }, '{"a":}') },
  {
    name: "unknown-coding",
    summary: "an unknown Content-Encoding",
    octets: post({ "Content-Encoding": "nope", "Content-Length": "2" }, "{}"),
  },
  { name: "percent", summary: "a malformed percent-encoding", octets: get(({ base }) => `${base}%zz`), mustFail: true },
  { name: "nul", summary: "an encoded NUL", octets: get(({ base }) => `${base}fg-errors-check%00`), mustFail: true },
  {
    name: "long-target",
    summary: "a target of 70,000 octets",
    octets: get(({ base }) => base + "a".repeat(70_000)),
    mustFail: true,
  },
  {
    name: "large-head",
    summary: "header fields of 140,000 octets",
    octets: get(({ base }) => base, { "X-Large": "a".repeat(140_000) }),
    mustFail: true,
  },
  {
    name: "no-host",
    summary: "HTTP/1.1 without Host",
    octets: ({ base }) => `GET ${base} HTTP/1.1\r\nConnection: close\r\n\r\n`,
    mustFail: true,
  },
  {
    name: "two-hosts",
    summary: "two Host fields",
    octets: (target) => requestOf(`GET ${target.base}`, target, { host: "other.example" }),
    mustFail: true,
  },
  {
    name: "field-name",
    summary: "a field name with a blank",
    octets: get(({ base }) => base, { "Bad Name": "1" }),
    mustFail: true,
  },
  {
    name: "content-length",
    summary: "a Content-Length that is no number",
    octets: post({ "Content-Length": "x" }, ""),
    mustFail: true,
  },
  {
    name: "both-lengths",
    summary: "Content-Length beside Transfer-Encoding",
    octets: post({ "Content-Length": "3", "Transfer-Encoding": "chunked" }, "0\r\n\r\n"),
  },
  {
    name: "transfer-coding",
    summary: "an unknown transfer coding",
    octets: post({ "Transfer-Encoding": "foo" }, ""),
    mustFail: true,
  },
  { name: "chunk", summary: "a chunk size that is no number", octets: post({ "Transfer-Encoding": "chunked" }, "zz\r\n") },
  {
    name: "expect",
    summary: "an expectation that is not registered",
    octets: get(({ base }) => base, { Expect: "something" }),
    mustFail: true,
  },
  {
    name: "version",
    summary: "HTTP/3.7",
    octets: (target) => requestOf(`GET ${target.base}`, target, {}, "", "HTTP/3.7"),
    mustFail: true,
  },
  { name: "no-http", summary: "text that is no HTTP", octets: () => "hello there\r\n\r\n", mustFail: true },
  {
    name: "connect",
    summary: "CONNECT",
    octets: (target) => requestOf("CONNECT other.example:443", target, { Host: "other.example:443" }),
    mustFail: true,
  },
  { name: "upgrade", summary: "an upgrade that no route matches", octets: get(unmatchedPath, upgrade), mustFail: true },
];

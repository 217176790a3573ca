// Faults of an HTTP/1.1 exchange.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { after, before, type Fault } from "./fault.js";
import { end, http, reset, slowly, tcp, write } from "./upstreams.js";

const ok = "HTTP/1.1 200 OK\r\nX-Inside: s3cr3t\r\n";
const sized = `${ok}Content-Length: 100\r\n\r\n`;
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const empty = "Content-Length: 0\r\n\r\n";
const some = "some octets";
const chunk = `b\r\n${some}\r\n`;

/** The names say what is sent, or what becomes of the connection. */
export const http1: readonly Fault[] = [
  ...before("connection_terminated", {
    "reset when connected": tcp(reset),
    "reset before the head": http(reset),
    "reset in the head": http(slowly(write(ok), reset)),
    "closed before the head": http(end()),
    "closed in the status line": http(end("HTTP/1.1 20")),
    "closed in the head": http(end(`${ok}X-S3cr3t: 1`)),
    "only 100": http(end("HTTP/1.1 100 Continue\r\n\r\n")),
    "only 103": http(end("HTTP/1.1 103 Early Hints\r\nLink: </s3cr3t>\r\n\r\n")),
  }),
  ...before("http_response_timeout", { "no head": http(() => undefined), "half a head": http(write(ok)) }, { endless: true }),
  ...before("http_protocol_error", {
    garbage: http(end("s3cr3t is not HTTP\r\n\r\n")),
    "SSH server": tcp(end("SSH-2.0-s3cr3t_9.9\r\n")),
    "SMTP server": tcp(write("220 s3cr3t.example ESMTP\r\n")),
    "TLS server": tcp(end("\x15\x03\x03\x00\x02\x02\x0a")), // its alert
    "HTTP/2 server": tcp(end("\x00\x00\x00\x04\x00\x00\x00\x00\x00")), // its settings
    "HTTP/0.9": http(end("<html>s3cr3t</html>")),
    "HTTP/3.7": http(end("HTTP/3.7 200 OK\r\nContent-Length: 0\r\n\r\n")),
    "status 20": http(end("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")),
    "status 2000": http(end("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")),
    "status 199 with content": http(end("HTTP/1.1 199 S3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t")),
    "two framings": http(end(`${ok}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\ns3cr3t`)),
    "two lengths": http(end(`${ok}Content-Length: 6\r\nContent-Length: 5\r\n\r\ns3cr3t`)),
    "bad length": http(end(`${ok}Content-Length: s3cr3t\r\n\r\ns3cr3t`)),
    "NUL in a field": http(end(`${ok}X-A: s3\0cr3t\r\nContent-Length: 0\r\n\r\n`)),
  }),
  ...["000", "099", "600", "999"].flatMap((status) =>
    before(
      "http_protocol_error",
      { [`status ${status}`]: http(end(`HTTP/1.1 ${status} S3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t`)) },
      { received: Number(status) },
    ),
  ),
  ...before(
    "http_protocol_error",
    {
      "bad field name": http(end(`${ok}S3 cr3t: 1\r\nContent-Length: 0\r\n\r\n`)),
      "folded field": http(end(`${ok}X-A: s3\r\n cr3t\r\nContent-Length: 0\r\n\r\n`)),
    },
    { tolerated: true },
  ),
  ...before(
    "http_protocol_error",
    { "204 with content": http(end(`HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\ns3cr3t`)) },
    { tolerated: true },
  ),
  ...before("http_response_header_section_size", {
    "a large field": http(end(`${ok}X-A: ${"s3cr3t".repeat(8000)}\r\n\r\n`)),
    "many fields": http(end(`${ok}${"X-A: s3cr3t\r\n".repeat(2000)}\r\n`)),
  }),
  ...before("http_upgrade_failed", {
    "101 unasked": http(end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: s3cr3t\r\n\r\n")),
  }),
  ...before(undefined, { "407": http(end(`HTTP/1.1 407 S3cr3t\r\nProxy-Authenticate: Basic\r\n${empty}`)) }, { received: 407 }),
  // Sound, though a client may be surprised (RFC 9110 section 15.2).
  ...before(
    undefined,
    {
      "100 and then 200": http(end(`HTTP/1.1 100 Continue\r\n\r\n${ok}${empty}`)),
      "103 and then 200": http(end(`HTTP/1.1 103 Early Hints\r\nLink: </s3cr3t>\r\n\r\n${ok}${empty}`)),
    },
    { status: 200 },
  ),

  ...after("http_response_incomplete", {
    "reset in the content": http(slowly(write(sized + some), reset)),
    "reset between chunks": http(slowly(write(chunked + chunk), reset)),
    "closed before the content": http(slowly(write(sized), end())),
    "closed in the content": http(slowly(write(sized + some), end())),
    "closed between chunks": http(slowly(write(chunked + chunk), end())),
    "closed in a chunk": http(slowly(write(chunked + chunk), end("ff\r\nsome"))),
  }),
  ...after("http_response_transfer_coding", {
    "bad chunk": http(slowly(write(chunked + chunk), end("s3cr3t\r\n"))),
    "bad chunk at once": http(end(`${chunked}s3cr3t\r\n`)),
    "chunk too long": http(slowly(write(chunked + chunk), end("4\r\ns3cr3t\r\n"))),
  }),
  ...after(
    "connection_read_timeout",
    { "no more content": http(write(sized + some)), "no more chunks": http(write(chunked + chunk)) },
    { endless: true },
  ),
  ...after(
    "http_response_content_coding",
    {
      "corrupt gzip": http(coded("gzip", corrupt(gzipSync(text())))),
      "corrupt br": http(coded("br", Buffer.from("s3cr3t s3cr3t"))),
      "corrupt deflate": http(coded("deflate", Buffer.from("s3cr3t s3cr3t"))),
    },
    { decoding: true },
  ),
  ...after(
    "http_response_content_coding",
    {
      "truncated gzip": http(coded("gzip", half(gzipSync(text())))),
      "truncated br": http(coded("br", half(brotliCompressSync(text(), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })))),
    },
    { decoding: true, tolerated: true },
  ),
];

/** Sent whole: as an exchange it is sound. */
function coded(coding: string, content: Buffer) {
  return end(`${ok}Content-Encoding: ${coding}\r\nContent-Length: ${content.length}\r\n\r\n${content.toString("latin1")}`);
}

/** Long enough to be unpacked in parts. */
function text(): string {
  return Array.from({ length: 20_000 }, (_, index) => index.toString(36)).join(" ");
}

function half(content: Buffer): Buffer {
  return content.subarray(0, content.length >> 1);
}

function corrupt(content: Buffer): Buffer {
  return content.fill(0xff, content.length >> 1, (content.length >> 1) + 100);
}

import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { isHttp2 } from "./is-http2.js";

type Request = IncomingMessage | Http2ServerRequest;

/**
 * Gives the Transfer-Encoding that a request needs when it is passed on by HTTP/1: the one that it came with, or "chunked" for
 * content of HTTP/2 without a known length. Undefined where Content-Length is enough, or there is no content (RFC 9112 section
 * 6.3). It is read from the raw fields: http-proxy and its descendants remove the field from the `headers` of a DELETE and an
 * OPTIONS, and the content after such a head would be taken for another request.
 * @example transferCodingOf(request) // "chunked"
 */
export function transferCodingOf(request: Request): string | undefined {
  if (!isHttp2(request)) return receivedField(request, "transfer-encoding");
  return hasContent(request) && receivedField(request, "content-length") === undefined ? "chunked" : undefined;
}

/** Whether a request may have content: HTTP/1 shows it by the fields (RFC 9112 section 6.3), HTTP/2 by a stream that goes on. */
export function hasContent(request: Request): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders;
  return receivedField(request, "transfer-encoding") !== undefined || Number(receivedField(request, "content-length") ?? 0) > 0;
}

/**
 * Reads a field from the raw fields, whatever has been made of `headers` since; several values are joined.
 * @param wanted name in lower case
 * @returns undefined where the field was not received
 */
export function receivedField({ rawHeaders }: Request, wanted: string): string | undefined {
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    value = value === undefined ? rawHeaders[at + 1]! : `${value}, ${rawHeaders[at + 1]!}`;
  }
  return value;
}

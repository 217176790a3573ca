import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { isHttp2 } from "./is-http2.js";

type Request = IncomingMessage | Http2ServerRequest;

/**
 * The Transfer-Encoding that a request needs when it is passed on by HTTP/1: the one that it came with, or "chunked" for content of HTTP/2
 * whose length nobody knows. Undefined where Content-Length says it all, or there is no content (RFC 9112 section 6.3). It is read off what
 * was received: http-proxy and its descendants remove the field from the `headers` of a DELETE and an OPTIONS, and the content that follows
 * such a head would pass for a request of its own.
 * @example transferCodingOf(request) // "chunked"
 */
export function transferCodingOf(request: Request): string | undefined {
  if (!isHttp2(request)) return received(request, "transfer-encoding");
  return hasContent(request) && received(request, "content-length") === undefined ? "chunked" : undefined;
}

/** Whether a request may have content: HTTP/1 says so by its fields (RFC 9112 section 6.3), HTTP/2 by a stream that goes on. */
export function hasContent(request: Request): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders;
  return received(request, "transfer-encoding") !== undefined || Number(received(request, "content-length") ?? 0) > 0;
}

/** @param wanted in lower case */
function received({ rawHeaders }: Request, wanted: string): string | undefined {
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    value = value === undefined ? rawHeaders[at + 1]! : `${value}, ${rawHeaders[at + 1]!}`;
  }
  return value;
}

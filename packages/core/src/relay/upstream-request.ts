import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { connectionFields } from "../http/connection-fields.js";
import { hasContent, transferCodingOf } from "../http/request-framing.js";
import { hasTarget, originForm } from "../http/request-target.js";
import { ownTexts } from "../problem/own-texts.js";
import { ProblemError } from "../problem/problem-error.js";
import { unmatchedStatus } from "../problem/unmatched.js";

/**
 * Maps the header fields for an upstream, names in lower case. Its members are for node:http, Transfer-Encoding among them; its iterator,
 * which fetch() and undici use, leaves out the framing fields that fetch() sets by itself.
 * @example
 * const headers: UpstreamHeaders = upstreamRequest(request).headers;
 * headers["x-tenant"] = "shop";
 */
export type UpstreamHeaders = Record<string, string> & Iterable<[name: string, value: string]>;

/**
 * Describes the head of a request to an upstream. It fits as the second parameter of fetch(), undici's request() and node:http's request().
 * @example
 * const { path, ...init }: UpstreamRequest = upstreamRequest(request);
 * await relay(response, await fetch("http://orders.internal" + path, init));
 */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, without an origin: it begins with "/", and has no dot segments that would leave the target's own path. */
  readonly path: string;
  readonly headers: UpstreamHeaders;
  /**
   * Iterates over the content of the request, if it has any. Null for GET and HEAD, whose content fetch() does not send; node:http does,
   * where the request is piped. For a client that takes a stream: `Readable.from(body)`.
   */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Required by fetch() with a body that is a stream. */
  readonly duplex: "half";
  /** Redirects are relayed: the client follows them. */
  readonly redirect: "manual";
}

/**
 * Derives the request to an upstream from a client's: its method, its path and query, its end-to-end fields (RFC 9110 section 7.6.1), and
 * the framing of its content, so that the upstream sees one request where there was one. Host is left out, since it names this gateway,
 * Expect, since this gateway meets it, and Proxy-Authorization as the client sent it (section 11.7.2).
 * @param request of node:http or node:http2, its `url` as the router has left it
 * @throws ProblemError 400 for a target that is no path and no URL of HTTP, 404 for "*", which asks this server, 501 for a method that no client sends (CONNECT, TRACE, TRACK)
 *   and for a Transfer-Encoding other than chunked (RFC 9112 section 6.1)
 * @example const { path, ...init } = upstreamRequest(request);
 * return relay(response, await fetch("http://orders.internal" + path, init));
 * @example request.pipe(http.request("http://orders.internal", upstreamRequest(request), (reply) => relay(response, reply)));
 */
export function upstreamRequest(request: IncomingMessage | Http2ServerRequest): UpstreamRequest {
  const { method = "GET", url } = request;
  if (!isSendable(method)) throw new ProblemError(501, "", { routine: true });
  if (url === "*") throw new ProblemError(unmatchedStatus); // it asks this server (RFC 9110 section 9.3.7)
  const coding = transferCodingOf(request);
  if (coding !== undefined && !/^chunked$/i.test(coding)) throw new ProblemError(501, "", { routine: true });
  const isEmpty = method === "GET" || method === "HEAD" || !hasContent(request);
  const headers = passedFields(request, coding);
  Object.defineProperty(headers, Symbol.iterator, { value: isEmpty ? withoutContent : withoutCoding });
  const body = isEmpty ? null : contentOfRequest(request);
  return { method, path: passedTarget(request), headers: headers as UpstreamHeaders, body, duplex: "half", redirect: "manual" };
}

/**
 * Iterates over the content of a request without its destruction, when a client ends early: Node would take the connection from the
 * request, and what is left of the content would block it.
 */
function contentOfRequest(request: IncomingMessage | Http2ServerRequest): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

/** Lists fields that are addressed to this gateway. */
const gatewayFields: readonly string[] = ["host", "expect"];

function passedFields(request: IncomingMessage | Http2ServerRequest, coding: string | undefined): Record<string, string> {
  const dropped = new Set([...connectionFields(request), ...gatewayFields]);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !dropped.has(name) && !name.startsWith(":") && name !== "__proto__") headers[name] = String(value);
  if (coding === undefined) return headers;
  delete headers["content-length"]; // RFC 9112 section 6.3
  headers["transfer-encoding"] = "chunked";
  return headers;
}

function* withoutCoding(this: Readonly<Record<string, string>>): Generator<[string, string]> {
  for (const entry of Object.entries(this)) if (entry[0] !== "transfer-encoding") yield entry;
}

function* withoutContent(this: Readonly<Record<string, string>>): Generator<[string, string]> {
  for (const entry of Object.entries(this)) if (entry[0] !== "transfer-encoding" && entry[0] !== "content-length") yield entry;
}

/** Escapes octets that no URL has before URL() reads them as text. */
function passedTarget({ url = "" }: { readonly url?: string | undefined }): string {
  if (!hasTarget({ url })) throw new ProblemError(400, ownTexts["target-not-valid"]);
  const ascii = originForm(url).replace(
    /[^\x21-\x7e]/g,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  const { pathname, search } = new URL(`http://localhost${ascii}`);
  return pathname + search;
}

/**
 * Whether a gateway sends a request of this method to an upstream. CONNECT opens a tunnel, and the echo of a TRACE would show what the
 * gateway has added (RFC 9110 section 9.3.8). Methods are case-sensitive (section 9.1), but clients of HTTP make "get" a GET, and "connect" a
 * CONNECT: HTTP/2 lets a client write such a method, so none with a small letter is sent.
 */
function isSendable(method: string): boolean {
  return !/[a-z]/.test(method) && !unsendable.has(method);
}

const unsendable: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

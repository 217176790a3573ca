import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isServerErrorStatus } from "../contract/contract.js";
import { fitsStatus, isDroppedWithError } from "../http/header-fields.js";
import { isHttp2 } from "../http/is-http2.js";
import { RequestFacts, type Facts } from "../responder/request-facts.js";
import type { Rendered, Responder } from "../responder/responder.js";
import { mayHaveMembers, read } from "../util/safe-read.js";
import { writeWarning } from "../util/warnings.js";
import { hasClientLeft, isGone } from "./client-gone.js";
import { cut, isCutError } from "./cut.js";
import { discardContentOf } from "./discard-content.js";
import { dropUnsendable } from "./drop-unsendable.js";
import { markAnswered, prepareAnswer, recordedIds, recordRequestId, type NodeRequest, type NodeResponse } from "./exchange.js";

/**
 * Answers on node:http or node:http2, whatever state the response is in: one that has begun is cut, since text after it or a clean end
 * would look like the real content. A failure that two integrations notice is reported once. Never throws, and whatever else fails, the
 * client gets a plain 500 of the contract.
 * @param more facts that the framework knows better: the original URL where it rewrites `request.url`, the methods routed
 * @example answer(createResponder(), error, request, response)
 */
export function answer(
  respond: Responder,
  thrown: unknown,
  request: NodeRequest,
  response: NodeResponse,
  more?: Partial<Facts>,
): void {
  if (isCutError(thrown) || !markAnswered(response, thrown)) return;
  try {
    prepareAnswer(response);
    dropUnsendable(response); // before its fields are read
    const facts = requestFacts(thrown, request, response, more);
    if (hasBegun(response)) {
      setError(response, thrown, respond.report(thrown, facts));
      if (!response.writableEnded) cut(response);
      return;
    }
    const rendered = respond(thrown, facts);
    setError(response, thrown, rendered.status);
    recordRequestId(request, rendered.headers["x-request-id"]!); // for logs that are written later
    if (hasBegun(response)) return; // an error listener has answered
    if (isGone(response)) return; // the client has left, and a response that was ended would look like one that arrived
    dropStaleFields(response, rendered.status);
    writeRendered(response, rendered, request.method);
    discardContentOf(request, response);
  } catch (failure) {
    writeWarning("FG_ERRORS_INTERNAL", "an error response could not be written", failure);
    writePlain(respond, request, response);
  }
}

/** Writes the plain 500, which has nothing of the failure, the request or the application in it. */
function writePlain(respond: Responder, request: NodeRequest, response: NodeResponse): void {
  try {
    restoreMethods(response);
    if (!hasBegun(response)) {
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.sendDate = true; // to remove a Date turns it off
      forgetHead(response);
      writeRendered(response, respond.plain(), request.method);
      discardContentOf(request, response);
    } else if (!response.writableEnded) cut(response);
  } catch (failure) {
    writeWarning("FG_ERRORS_INTERNAL", "nor could a plain one", failure);
    cut(response);
  }
}

/** Restores the methods of Node, and of its framework, that somebody has replaced on a response. */
function restoreMethods(response: object): void {
  const before = Object.getPrototypeOf(response) as object;
  for (const name of Object.getOwnPropertyNames(response))
    if (typeof read(response, name) === "function" && typeof read(before, name) === "function")
      Reflect.deleteProperty(response, name);
}

function hasBegun(response: NodeResponse): boolean {
  return response.headersSent || response.writableEnded;
}

/**
 * Sets `response.err`, which loggers such as pino-http read when the response is done: without it they know of a server error's status alone.
 * One that the application has set stays.
 */
function setError(response: NodeResponse, thrown: unknown, status: number | undefined): void {
  if (!isServerErrorStatus(status) || (read(response, "err") ?? undefined) !== undefined) return;
  const error = mayHaveMembers(thrown) ? thrown : new Error("What was thrown is no error", { cause: thrown });
  try {
    (response as { err?: unknown }).err = error;
  } catch {} // it may be read-only
  if (read(response, "err") === error) return;
  Reflect.defineProperty(response, "err", { value: error, configurable: true, enumerable: true, writable: true });
}

/**
 * Reads the facts of a request off it and its response: whether its client has left, whether its content has arrived, and the fields set on
 * the response among them.
 * @param thrown what failed: an error of the connection itself is the client's
 * @param more what the framework knows better. For the framework's own objects, undefined means that there is none
 * @example respond(thrown, requestFacts(thrown, request, response));
 */
export function requestFacts(thrown: unknown, request: NodeRequest, response: NodeResponse, more: Partial<Facts> = {}): Facts {
  const recorded = recordedIds(request);
  const {
    headers = request.headers,
    method = request.method,
    url = request.url,
    complete = request.complete,
    aborted = hasClientLeft(request, response),
    requestId = recorded.requestId,
    draftRequestId = recorded.draftRequestId,
    origin = isErrorOfConnection(thrown, request, response) ? "inbound" : undefined,
    responseHeaders = response.getHeaders(),
    responseStatus,
    allow,
    ctx,
  } = more;
  return new RequestFacts(
    {
      headers,
      method,
      url,
      complete,
      aborted,
      requestId,
      draftRequestId,
      origin,
      responseHeaders,
      responseStatus,
      allow,
    },
    { request: "request" in more ? more.request : request, response: "response" in more ? more.response : response, ctx },
  );
}

/** Whether a connection itself has failed with what was thrown. It is the client's then, whoever passes it on, unless this side has destroyed the connection with it. */
function isErrorOfConnection(thrown: unknown, request: NodeRequest, response: NodeResponse): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  try {
    const socket = request.socket as Socket | null;
    return socket?.errored === thrown && read(response, "errored") !== thrown;
  } catch {
    return false; // that of node:http2 is a Proxy, which throws once its stream is closed
  }
}

/** Removes the fields that were set for the response that failed and must not be sent with an error. */
export function dropStaleFields(response: NodeResponse, status?: number): void {
  for (const name of response.getHeaderNames())
    if (isDroppedWithError(name) && !fitsStatus(name, response.getHeader(name), status)) response.removeHeader(name);
  dropUnsendable(response);
  forgetHead(response);
}

/** Resets what Koa or the application set for the status that failed, and what Node keeps of a head that it refused. */
function forgetHead(response: NodeResponse): void {
  if (isHttp2(response)) return;
  response.statusMessage = "";
  response.chunkedEncoding = false;
  (response as { _hasBody?: boolean })._hasBody = response.req.method !== "HEAD";
}

function writeRendered(response: NodeResponse, { status, headers, body }: Rendered, method: string | undefined): void {
  // An object, not a flat array: on-headers, below compression, morgan and sessions, accepts only older arrays.
  (response as ServerResponse).writeHead(status, withConnection(response, headers));
  if (method === "HEAD") response.end();
  else response.end(body);
}

/** Adds the Connection field that Upgrade needs (RFC 9110 section 7.8). HTTP/2 has neither (RFC 9113 section 8.2.2). */
function withConnection(response: NodeResponse, headers: Rendered["headers"]): Rendered["headers"] {
  if (headers["upgrade"] === undefined && !response.hasHeader("upgrade")) return headers;
  const { upgrade: _, ...others } = headers;
  if (isHttp2(response)) return others;
  const isLast = !response.shouldKeepAlive || /\bclose\b/i.test(String(response.getHeader("connection")));
  return { ...headers, connection: isLast ? "Upgrade, close" : "Upgrade" };
}

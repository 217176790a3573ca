import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { chooseRequestId } from "../responder/request-id.js";
import { read } from "../util/safe-read.js";
import { recordedIds, recordRequestId } from "./exchange.js";

/**
 * Returns the id of a request, for logs and for calls to other services. An error response to the request has the same id, in its header and
 * in its body, and so has the request that `fgProxy()` sends. It is the request's own id, if that is valid, else a new one. With the option
 * `requestId`, the first of the two that is asked for an id decides.
 * @param request Express's request, Koa's context or request, or a request of node:http or node:http2
 * @returns 1 to 128 of A-Za-z0-9._-
 * @example const reply = await fetch(url, { headers: { "x-request-id": requestIdOf(request) } });
 */
export function requestIdOf(request: object): string {
  const ofNode = read(request, "req"); // Koa's context and its request
  const node = typeof ofNode === "object" && ofNode !== null ? ofNode : request;
  const { requestId, draftRequestId } = recordedIds(node);
  if (requestId !== undefined) return requestId;
  if (draftRequestId !== undefined) return recordRequestId(node, draftRequestId);
  const headers = (read(node, "headers") ?? {}) as IncomingHttpHeaders;
  const response = read(request, "res"); // Express's request and Koa's context have it
  const getHeaders = read(response, "getHeaders");
  const responseHeaders = typeof getHeaders === "function" ? (getHeaders.call(response) as OutgoingHttpHeaders) : undefined;
  return recordRequestId(node, chooseRequestId({ headers, responseHeaders }));
}

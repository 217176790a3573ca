import type { ServerResponse } from "node:http";
import { mayHaveContent } from "../contract/contract.js";
import { isHttp2 } from "../http/is-http2.js";
import { http2Value, isFieldValue } from "../http/is-field.js";
import type { NodeResponse } from "./exchange.js";

/**
 * Removes from a response's head what Node accepts when it is set, and refuses when the head is sent. That happens often in the callback of a
 * stream, where a throw would end the process.
 * @param status that will be sent. Default: the response's own
 * @param hasLength whether a Content-Length will be among the fields that is not set yet. Default false
 * @example dropUnsendable(response); content.pipe(response);
 */
export function dropUnsendable(response: NodeResponse, status = response.statusCode, hasLength = false): void {
  if (response.headersSent) return;
  if (isHttp2(response)) return dropFromHttp2(response, status);
  const { statusMessage: reason } = response;
  if (reason && !isFieldValue(reason)) response.statusMessage = "";
  if (response.hasHeader("trailer") && (hasLength || !mayHaveTrailers(response, status))) response.removeHeader("trailer");
}

function dropFromHttp2(response: NodeResponse, status: number): void {
  for (const name of response.getHeaderNames()) {
    const value = response.getHeader(name);
    const sent = http2Value(name, value, status);
    if (sent === value) continue;
    // Http2ServerResponse keeps the value of a Date that is removed.
    const replaced = name === "date" ? (sent ?? new Date().toUTCString()) : sent;
    if (replaced === undefined) response.removeHeader(name);
    else response.setHeader(name, replaced as string);
  }
}

/** Whether Node will send the content in chunks, behind which trailers may stand: it throws for a Trailer field of any other. */
function mayHaveTrailers(response: ServerResponse, status: number): boolean {
  if (response.hasHeader("content-length") || !mayHaveContent(response.req.method, status)) return false;
  const coding = response.getHeader("transfer-encoding");
  if (coding !== undefined) return /chunk/i.test(String(coding));
  return response.useChunkedEncodingByDefault && (response as { _removedTE?: boolean })._removedTE !== true;
}

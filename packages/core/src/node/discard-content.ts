import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { stalledUploadTime } from "../util/limits.js";
import { connectionOf } from "./client-gone.js";
import type { NodeRequest, NodeResponse } from "./exchange.js";

/** Discards the content of a request that nobody reads any more: it would block the connection for the next request (RFC 9112 section 9.3). */
export function discardContentOf(request: NodeRequest, response: NodeResponse): void {
  const { headers } = request;
  const isEmpty = headers["content-length"] === undefined && headers["transfer-encoding"] === undefined && !isHttp2(request);
  if (isEmpty && request.readableFlowing === null) return; // if there is content for all that, Node discards it, since nobody has begun to read
  if (request.complete && request.readableEnded) return;
  discardAtConnection(request, response);
  request.unpipe();
  if (request.listenerCount("readable") > 0) request.removeAllListeners("readable"); // it keeps content from flowing, and stops what flows
  request.resume();
}

/**
 * Discards the content of a request that is left when its response is complete, once nobody reads it: an upstream may answer before it has
 * all of an upload. Whoever still reads goes on; a reader that stands still, as fetch() leaves one, does not.
 */
export function discardRestOf(request: NodeRequest, response: NodeResponse): void {
  if (isHttp2(request) || isHttp2(response) || request.complete || !response.writableFinished) return;
  const socket = connectionOf(request, response);
  let octetsRead: number | undefined;
  const checkStalled = () => {
    const isStalled = request.readableLength > 0 && socket?.bytesRead === octetsRead;
    octetsRead = socket?.bytesRead;
    if (!isRead(request) || isStalled) discardRest();
  };
  const discardRest = () => {
    stopChecking();
    discardUnparsed(request, socket);
  };
  const stopChecking = () => {
    clearInterval(timer);
    request.off("removeListener", checkUnread).off("close", discardRest).off("end", stopChecking);
  };
  const checkUnread = () => {
    if (!isRead(request)) discardRest(); // a pipe and an iterator both end with it
  };
  const timer = setInterval(checkStalled, stalledUploadTime).unref();
  request.on("removeListener", checkUnread).on("end", stopChecking).on("close", discardRest);
  checkUnread();
}

/** Whether somebody reads a request: a pipe listens for "data", an iterator for "readable". */
function isRead(request: NodeRequest): boolean {
  return !request.destroyed && request.listenerCount("data") + request.listenerCount("readable") > 0;
}

/**
 * Discards what is left of a request at its connection, once the answer is sent, or once the request is destroyed without its connection:
 * Node does so where an iterator over it ends early, or a pipeline. Its parser would go on until the buffer of the request is full, and
 * then read nothing more. So it would where somebody begins to read only now.
 */
function discardAtConnection(request: NodeRequest, response: NodeResponse): void {
  if (isHttp2(request) || isHttp2(response)) return;
  const discardRest = () => discardUnparsed(request, connectionOf(request, response));
  response.once("close", discardRest);
  if (request.destroyed) discardRest();
  else request.once("close", discardRest);
}

function discardUnparsed(request: IncomingMessage, socket: Socket | null): void {
  if (request.complete || !socket || socket.destroyed) return;
  (request as { _dumped?: boolean })._dumped = true; // as Node marks a request that nobody has begun to read
  socket.resume();
}

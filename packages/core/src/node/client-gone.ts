import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { read, readText } from "../util/safe-read.js";
import type { NodeRequest, NodeResponse } from "./exchange.js";

/**
 * Calls `act` once when a response is closed: it is complete, or its client has left, by FIN, RST or a closed stream of HTTP/2. Node's own
 * "close" misses some of these.
 * @example onClose(response, () => outgoing.destroy());
 */
export function onClose(response: NodeResponse, act: () => void): void {
  if (isHttp2(response)) {
    response.stream.on("close", act); // the response to a HEAD emits nothing before its head is sent
    return;
  }
  response.on("close", act);
  if (response.socket === null && !response.destroyed) closeWithConnection(response);
}

/**
 * Creates a signal for a call to a service on behalf of a client: it aborts when the client leaves before it has its whole answer. Without
 * it the call goes on until the service answers. Never throws.
 * @param response of node:http or node:http2: Express's `response`, Koa's `ctx.res`
 * @example await relay(response, await fetch(url, { signal: clientSignal(response) }));
 */
export function clientSignal(response: NodeResponse): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal); // many calls may share it, and none outlives the response; undici fails on 0
  const abort = () => {
    if (!isComplete(response)) controller.abort();
  };
  if (isGone(response)) abort();
  else onClose(response, abort);
  return controller.signal;
}

/** Whether all content of a closed response was sent. */
function isComplete(response: NodeResponse): boolean {
  if (!isHttp2(response)) return response.writableFinished;
  const { aborted, rstCode } = response.stream;
  return response.writableEnded && !aborted && rstCode === 0; // a stream that is reset is ended, too
}

/**
 * Whether nothing of a response can reach its client any more: it is closed, or its client has left.
 * @example if (isGone(response)) return;
 */
export function isGone(response: NodeResponse): boolean {
  if (isHttp2(response)) return response.stream.destroyed || response.stream.aborted;
  const { destroyed, req: request } = response;
  return destroyed || (request !== undefined && isDisconnected(request, response));
}

/**
 * Whether the client of a request has left before it had its whole answer. A connection that this side has destroyed with an error is
 * broken by that error, not by its client.
 */
export function hasClientLeft(request: NodeRequest, response: NodeResponse): boolean {
  if (isComplete(response)) return false;
  if (isHttp2(request)) return (request.aborted || request.stream?.destroyed) && !isDestroyedHere(request.stream?.errored);
  if (!isDisconnected(request, response as ServerResponse)) return false;
  const socket = connectionOf(request, response as ServerResponse);
  const reason = (response as ServerResponse).errored ?? undefined;
  return reason === undefined || socket?.errored !== reason || socket.readableEnded; // a FIN, or a reset before
}

/** Whether the connection of a request is gone. One that was destroyed without its connection is aborted as well, and its client waits. */
function isDisconnected(request: IncomingMessage, response: ServerResponse): boolean {
  const isAborted = request.aborted && (request.socket as Socket | null) !== null;
  return isAborted || connectionOf(request, response)?.destroyed === true;
}

/**
 * Gives the connection of a request. Node, and undici, take it from a request before they destroy that, so that the connection stays: the
 * older name of the member still leads there.
 */
export function connectionOf(request: IncomingMessage, response: ServerResponse): Socket | null {
  return (request.socket as Socket | null) ?? (read(request, "client") as Socket | undefined) ?? response.socket;
}

/** Whether a stream of HTTP/2 was destroyed with an error of this side. node:http2 itself gives it one for what its client sent. */
function isDestroyedHere(errored: Error | null | undefined): boolean {
  return (errored ?? undefined) !== undefined && !readText(errored, "code")?.startsWith("ERR_HTTP2_");
}

/**
 * Emits "aborted" on the request of a response that is closed, if its client has left. Node 16 and later do so only while content of the
 * request is still to come, but libraries made for earlier versions, such as http-proxy 1 and koa-better-http-proxy, end the upstream's
 * request on nothing else.
 */
export function emitAborted(response: NodeResponse): void {
  if (isHttp2(response) || response.writableFinished) return;
  const { req: request } = response;
  if (request.aborted) return;
  request.aborted = true;
  request.emit("aborted");
}

/** Maps a connection to its responses that wait for their turn. */
const queued = new WeakMap<Socket, Set<ServerResponse>>();

/** Closes a response that waits for its turn when its connection ends. Node does so from 24 on. */
function closeWithConnection(response: ServerResponse): void {
  const { socket } = response.req;
  const others = queued.get(socket);
  const responses = others ?? new Set();
  if (responses.has(response)) return;
  responses.add(response);
  response.once("socket", () => responses.delete(response)); // from then on Node emits it
  if (others) return;
  queued.set(socket, responses);
  socket.once("close", () => responses.forEach(emitClose)); // Node's own have come by then: it listens for the same, and earlier
}

function emitClose(response: ServerResponse): void {
  if (response.destroyed) return;
  Object.assign(response, { destroyed: true, _closed: true }); // as Node does
  response.emit("close");
}

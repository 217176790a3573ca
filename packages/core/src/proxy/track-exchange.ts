import type { ClientRequest, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import { isAnswered, openUpstreamExchange, upstreamExchangeOf } from "../node/exchange.js";
import type { UpstreamExchange } from "../node/upstream-exchange.js";
import { resetFields } from "../node/response-fields.js";
import { upstreamFailure } from "../problem/problem-error.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { read } from "../util/safe-read.js";
import type { ProxySettings } from "./proxy-handlers.js";

/**
 * Tracks the exchange of an outgoing request with its upstream.
 * @param target the response, or the socket of an upgrade
 * @param settings the library's; the milliseconds of `proxyTimeout` start with the connection there, here they count before it as well
 * @param fail called when they have passed and the library will get no "error" event
 */
export function trackExchange(
  outgoing: ClientRequest,
  target: ServerResponse | Socket,
  { proxyTimeout: limit, target: destination, forward: mirror }: ProxySettings,
  fail: () => void,
): void {
  const fields = "getHeaders" in target ? target.getHeaders() : noFields;
  const upstream = openUpstreamExchange(target, { fields, destination, mirror: mirror ?? null });
  outgoing.on("response", (reply) => (upstream.reply = reply));
  // Ahead of the library's listener, which destroys the request, and with it all signs of the step that it was waiting for.
  outgoing.prependOnceListener("timeout", () => {
    upstream.late = waitingFor(outgoing, upstream);
    if (limit && isRedirectable(outgoing)) fail();
  });
  const track = (socket: Socket) => {
    if (!socket.connecting) return; // it has served other requests before
    trackConnecting(socket, upstream, limit);
    if ("getHeaders" in target) socket.on("data", closeIfIdle);
  };
  if (outgoing.socket) track(outgoing.socket);
  else outgoing.once("socket", track);
}

/**
 * Closes a connection on which octets come while no request is under way: they stand behind a reply that was complete before, and would
 * pass for the next one. Node closes such a connection by itself from 24 on.
 */
function closeIfIdle(this: Socket & { _httpMessage?: object | null }): void {
  if (this._httpMessage === null) this.destroy();
}

const noFields: OutgoingHttpHeaders = {};

function trackConnecting(socket: Socket, upstream: UpstreamExchange, limit: number | undefined): void {
  socket.once("lookup", () => (upstream.isFound = true));
  // Node starts a request's own time limit when it is connected; without this limit, a connection that is never made would fail after minutes.
  if (limit) socket.setTimeout(limit);
}

/** Whether an outgoing request is one of follow-redirects: that has none of a request's own members, and emits nothing when it is aborted. */
function isRedirectable({ host }: ClientRequest): boolean {
  return host === undefined;
}

function waitingFor(outgoing: ClientRequest, { reply, isFound }: UpstreamExchange): FaultType {
  if (reply) return "connection_read_timeout";
  const { socket, host } = outgoing;
  const [connecting, shakingHands] = [read(socket, "connecting"), read(socket, "secureConnecting")];
  if (connecting && !isFound && !isRedirectable(outgoing) && !isIP(host)) return "dns_timeout";
  return connecting || shakingHands ? "connection_timeout" : "http_response_timeout";
}

/** Explains a failure by how far the exchange had come. */
export function explainFailure(thrown: unknown, target: object): unknown {
  const { reply, late } = upstreamExchangeOf(target) ?? {};
  const type = late ?? (reply && classifyFault(thrown) === "connection_terminated" ? "http_response_incomplete" : undefined);
  return type === undefined ? thrown : upstreamFailure(fault(type), thrown);
}

/**
 * Whether a failure is that of a request's mirror: the library sends it before the request itself, and sends an empty 200 where there is no other.
 * @param destination of the request that failed, as the library names it in its events
 */
export function isMirror(target: ServerResponse | Socket, destination: unknown): boolean {
  if (!("writeHead" in target) || destination === undefined) return false;
  const { destination: own, mirror } = upstreamExchangeOf(target) ?? {};
  if (mirror !== undefined) return destination === mirror && destination !== own;
  if (own !== undefined && destination !== own) return true; // it has failed before the request itself got its connection
  return target.writableEnded && !isAnswered(target);
}

/**
 * Whether a proxy has a destination as its mirror, and no upstream. With `fetch`, http-proxy-3 waits for such a mirror before it ends the
 * response, and starts the exchange with it as the destination.
 */
export function isOnlyMirror({ target, forward }: ProxySettings, destination: unknown): boolean {
  return target === undefined && forward !== undefined && hrefOf(destination) === hrefOf(forward);
}

function hrefOf(destination: unknown): unknown {
  try {
    return typeof destination === "string" ? new URL(destination).href : (read(destination, "href") ?? destination);
  } catch {
    return destination;
  }
}

/** Removes a reply that broke from the response, and the fields that a library has set of it. */
export function forgetReply(response: ServerResponse): void {
  const { reply, fields } = upstreamExchangeOf(response) ?? {};
  if (!reply || !fields || response.headersSent) return;
  reply.unpipe(response); // some of it may still arrive
  resetFields(response, fields);
}

/** Whether an exchange is tracked: the handler of proxyReq has seen its request. */
export function isTracked(target: object): boolean {
  return upstreamExchangeOf(target)?.mirror !== undefined;
}

/** Whether the upstream's reply is complete: it is delivered, whatever octets stand behind it (RFC 9112 section 6.3). */
export function isReplied(target: object): boolean {
  return upstreamExchangeOf(target)?.reply?.complete === true;
}

/** Sends the head of a reply that is being piped into the response: koa-proxies replaces the status after each error, and goes on piping. */
export function sendPipedHead(response: ServerResponse): void {
  const { reply } = upstreamExchangeOf(response) ?? {};
  const { pipes } = (reply as { _readableState?: { readonly pipes?: readonly unknown[] } } | undefined)?._readableState ?? {};
  if (pipes?.includes(response) && !response.headersSent) response.flushHeaders();
}

import type { ClientRequest, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import { openUpstreamExchange, upstreamExchangeOf, type UpstreamExchange } from "../node/exchange.js";
import { resetFields } from "../node/response-fields.js";
import { upstreamFailure } from "../problem/problem-error.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { read } from "../util/safe-read.js";

/**
 * Tracks the exchange of an outgoing request with its upstream.
 * @param target the response, or the socket of an upgrade
 * @param limit milliseconds that the library grants, from the connection on; here they count before it as well
 * @param fail called when they have passed and the library will get no "error" event
 */
export function trackExchange(
  outgoing: ClientRequest,
  target: ServerResponse | Socket,
  limit: number | undefined,
  fail: () => void,
): void {
  const fields = "getHeaders" in target ? target.getHeaders() : noFields;
  const upstream = openUpstreamExchange(target, { fields });
  outgoing.on("response", (reply) => (upstream.reply = reply));
  // Ahead of the library's listener, which destroys the request, and with it all signs of the step that it was waiting for.
  outgoing.prependOnceListener("timeout", () => {
    upstream.late = waitingFor(outgoing, upstream);
    if (limit && isRedirectable(outgoing)) fail();
  });
  if (outgoing.socket) trackConnecting(outgoing.socket, upstream, limit);
  else outgoing.once("socket", (socket) => trackConnecting(socket, upstream, limit));
}

const noFields: OutgoingHttpHeaders = {};

function trackConnecting(socket: Socket, upstream: UpstreamExchange, limit: number | undefined): void {
  if (!socket.connecting) return;
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

/** Removes a reply that broke from the response, and the fields that a library has set of it. */
export function forgetReply(response: ServerResponse): void {
  const { reply, fields } = upstreamExchangeOf(response) ?? {};
  if (!reply || !fields || response.headersSent) return;
  reply.unpipe(response); // some of it may still arrive
  resetFields(response, fields);
}

/** Whether the upstream's reply is complete. */
export function isReplied(target: object): boolean {
  return upstreamExchangeOf(target)?.reply?.complete === true;
}

import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import { resetFields } from "../node/response-fields.js";
import { upstreamFailure } from "../problem/problem-error.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { read } from "../util/safe-read.js";

/**
 * Names the key under which a request records the progress of its exchange with an upstream: a later failure often looks like a plain
 * reset.
 */
const progress = Symbol("fg-errors.progress"); // a WeakMap costs the garbage collector more than all the rest

interface Progress {
  /** The fields that were set on the response before the exchange. */
  readonly fields: OutgoingHttpHeaders;
  reply?: IncomingMessage;
  /** The next hop's address is known. */
  found?: boolean;
  /** The fault of an exchange that exceeded its time limit, by the step that it was waiting for. */
  late?: FaultType;
}

type TrackedRequest = IncomingMessage & { [progress]?: Progress };

/**
 * Tracks the exchange of an outgoing request with its upstream.
 * @param request the client's
 * @param limit milliseconds that the library grants, from the connection on; here they count before it as well
 * @param fail called when they have passed and the library will get no "error" event
 */
export function trackExchange(
  outgoing: ClientRequest,
  request: IncomingMessage,
  limit: number | undefined,
  fail: () => void,
  response?: ServerResponse,
): void {
  const state: Progress = { fields: response?.getHeaders() ?? {} };
  (request as TrackedRequest)[progress] = state;
  outgoing.on("response", (reply) => (state.reply = reply));
  // Ahead of the library's listener, which destroys the request, and with it all signs of the step that it was waiting for.
  outgoing.prependOnceListener("timeout", () => {
    state.late = waitingFor(outgoing, state);
    if (limit && isRedirectable(outgoing)) fail();
  });
  if (outgoing.socket) trackConnecting(outgoing.socket, state, limit);
  else outgoing.once("socket", (socket) => trackConnecting(socket, state, limit));
}

function trackConnecting(socket: Socket, state: Progress, limit: number | undefined): void {
  if (!socket.connecting) return;
  socket.once("lookup", () => (state.found = true));
  // Node starts a request's own time limit when it is connected; without this limit, a connection that is never made would fail after minutes.
  if (limit) socket.setTimeout(limit);
}

/** Whether an outgoing request is one of follow-redirects: that has none of a request's own members, and emits nothing when it is aborted. */
function isRedirectable({ host }: ClientRequest): boolean {
  return host === undefined;
}

function waitingFor(outgoing: ClientRequest, { reply, found }: Progress): FaultType {
  if (reply) return "connection_read_timeout";
  const { socket, host } = outgoing;
  const [connecting, shakingHands] = [read(socket, "connecting"), read(socket, "secureConnecting")];
  if (connecting && !found && !isRedirectable(outgoing) && !isIP(host)) return "dns_timeout";
  return connecting || shakingHands ? "connection_timeout" : "http_response_timeout";
}

/** Explains a failure by how far the exchange had come. */
export function explainFailure(thrown: unknown, request: IncomingMessage): unknown {
  const { reply, late } = (request as TrackedRequest)[progress] ?? {};
  const type = late ?? (reply && classifyFault(thrown) === "connection_terminated" ? "http_response_incomplete" : undefined);
  return type === undefined ? thrown : upstreamFailure(fault(type), thrown);
}

/** Removes a reply that broke from the response, and the fields that a library has set of it. */
export function forgetReply(request: IncomingMessage, response: ServerResponse): void {
  const { reply, fields } = (request as TrackedRequest)[progress] ?? {};
  if (!reply || !fields || response.headersSent) return;
  reply.unpipe(response); // some of it may still arrive
  resetFields(response, fields);
}

/** Whether the upstream's reply is complete. */
export function isReplied(request: IncomingMessage): boolean {
  return (request as TrackedRequest)[progress]?.reply?.complete === true;
}

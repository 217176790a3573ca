import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import { resetFields } from "../node/response-head.js";
import { UpstreamError } from "../problem/problem-error.js";
import { classifyFault } from "../proxy-errors/classify-fault.js";
import type { FaultType } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { read } from "../util/safe-read.js";

/** On a request, how far its exchange with an upstream has come: what fails afterwards often looks like a plain reset. */
const progress = Symbol("fg-errors.progress"); // a WeakMap costs the garbage collector more than all the rest

interface Progress {
  /** What was set on the response before. */
  readonly fields: OutgoingHttpHeaders;
  reply?: IncomingMessage;
  /** The next hop's address is known. */
  found?: boolean;
  /** What it was waiting for when its time was up. */
  late?: FaultType;
}

type Followed = IncomingMessage & { [progress]?: Progress };

/**
 * Follows a request that goes out.
 * @param request the one that it hands on
 * @param limit milliseconds that the library grants, from the connection on; here they count before it as well
 * @param fail called when they have passed and the library will hear of no error
 */
export function follow(
  outgoing: ClientRequest,
  request: IncomingMessage,
  limit: number | undefined,
  fail: () => void,
  response?: ServerResponse,
): void {
  const state: Progress = { fields: response?.getHeaders() ?? {} };
  (request as Followed)[progress] = state;
  outgoing.on("response", (reply) => (state.reply = reply));
  // Ahead of the library's listener, which destroys the request, and with it the knowledge of what it was waiting for.
  outgoing.prependOnceListener("timeout", () => {
    state.late = waitingFor(outgoing, state);
    if (limit && isRedirectable(outgoing)) fail();
  });
  if (outgoing.socket) followConnecting(outgoing.socket, state, limit);
  else outgoing.once("socket", (socket) => followConnecting(socket, state, limit));
}

function followConnecting(socket: Socket, state: Progress, limit: number | undefined): void {
  if (!socket.connecting) return;
  socket.once("lookup", () => (state.found = true));
  // Node starts a request's own time limit when it is connected; a connection that never comes would take minutes.
  if (limit) socket.setTimeout(limit);
}

/** Those of follow-redirects stand for a request, have none of its properties, and do not tell that they were aborted. */
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

/** What a failure means, given how far the exchange had come. */
export function inProgress(thrown: unknown, request: IncomingMessage): unknown {
  const { reply, late } = (request as Followed)[progress] ?? {};
  const type = late ?? (reply && classifyFault(thrown) === "connection_terminated" ? "http_response_incomplete" : undefined);
  return type === undefined ? thrown : new UpstreamError(fault(type), thrown);
}

/** Takes a reply that broke off the response, and the fields that a library has set of it. */
export function forgetReply(request: IncomingMessage, response: ServerResponse): void {
  const { reply, fields } = (request as Followed)[progress] ?? {};
  if (!reply || !fields || response.headersSent) return;
  reply.unpipe(response); // something of it may still be on the way
  resetFields(response, fields);
}

/** Whether all of the upstream's reply has come. */
export function isReplied(request: IncomingMessage): boolean {
  return (request as Followed)[progress]?.reply?.complete === true;
}

import { isHttp2 } from "../http/is-http2.js";
import { meant, upstreamFailure } from "../problem/problem-error.js";
import { fault } from "../recognisers/rule.js";
import { isUploading, owesOctets } from "./client-turn.js";
import { upstreamExchangeOf, type NodeRequest, type NodeResponse } from "./exchange.js";
import type { HttpSocket } from "./http-socket.js";

/**
 * Describes why a response is not complete when a time limit of its connection or stream runs out: its client does not send the request, or
 * does not read the response (408); an upstream does not answer (504); or the application does not (503).
 */
export function lateResponse(response: NodeResponse): object {
  if (isClientLate(response)) return meant({ status: 408 }, "LateClient", "The client was silent for too long");
  const exchange = upstreamExchangeOf(response);
  if (exchange && exchange.reply?.complete !== true)
    return upstreamFailure(fault(exchange.reply ? "connection_read_timeout" : "http_response_timeout"));
  return meant({ status: 503 }, "LateResponse", "The response was not complete within the time limit");
}

function isClientLate(response: NodeResponse): boolean {
  if (isHttp2(response)) return isUploading(response) || response.stream.writableLength > 0;
  return owesOctets(response.req.socket) || response.writableLength > 0;
}

/**
 * Whether the application listens for the time limit of its server, of a request or its response: then it is the application's to act, as with Node alone.
 * @param own number of listeners of ours on the response
 */
export function isTimeoutHandled(request: NodeRequest | undefined, response: NodeResponse | undefined, own = 0): boolean {
  if (((request?.socket as HttpSocket | undefined)?.server?.listenerCount("timeout") ?? 0) > 0) return true;
  const ofResponse = response?.listenerCount("timeout") ?? 0;
  return ofResponse > own || (request !== undefined && !request.complete && request.listenerCount("timeout") > 0);
}

/** Marks a guarded server. The symbol is registered, since a CommonJS copy and an ES module copy of this package may meet. */
export const guarded = Symbol.for("fg-errors.guarded");

/** Whether the server of a request is guarded: it answers for time limits by itself. */
export function isGuarded({ socket }: NodeRequest): boolean {
  return guarded in ((socket as HttpSocket).server ?? {});
}

import type { ServerResponse } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import { noop } from "../util/noop.js";
import { read } from "../util/safe-read.js";
import type { NodeResponse } from "./exchange.js";

/** Describes a server of node:http or node:https. */
interface IdleClosing {
  closeIdleConnections: () => void;
}

/** Maps a server to its responses that seem ended to their writers before they are answered. */
const unanswered = new WeakMap<object, Set<ServerResponse>>();

/**
 * Keeps the connection of a response that seems ended to its writer until it is answered: server.close() and closeIdleConnections() take
 * it for idle, and would destroy it. The answer closes it.
 * @returns a function that must be called when the response is answered, or is closed
 */
export function keepConnection(response: NodeResponse): () => void {
  if (isHttp2(response)) return noop;
  const server = read(response.req.socket, "server") as IdleClosing | undefined;
  if (typeof read(server, "closeIdleConnections") !== "function") return noop; // no socket of a server
  const responses = unanswered.get(server!) ?? keepUnanswered(server!);
  responses.add(response);
  return () => void responses.delete(response);
}

/** Wraps the method of a server that closes idle connections, by which server.close() closes them, too. */
function keepUnanswered(server: IdleClosing): Set<ServerResponse> {
  const { closeIdleConnections } = server;
  const responses = new Set<ServerResponse>();
  unanswered.set(server, responses);
  const closeAnswered = function (this: unknown) {
    const messages = [...responses].flatMap((response) => [response, firstInLine(response)]).filter(({ finished }) => finished);
    for (const message of messages) message.finished = false; // Node asks for this member
    closeIdleConnections.call(this);
    for (const message of messages) message.finished = true;
    for (const response of responses) if (isLastRequested(response)) response.shouldKeepAlive = false;
  };
  server.closeIdleConnections = closeAnswered;
  return responses;
}

/** Gives the response whose turn it is on the same connection. */
function firstInLine(response: ServerResponse): { finished: boolean } {
  return (read(response.req.socket, "_httpMessage") ?? response) as { finished: boolean };
}

/** Whether no request has come behind that of a response. */
function isLastRequested({ req: request }: ServerResponse): boolean {
  return read(request.socket, "parser", "incoming") === request;
}

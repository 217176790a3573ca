import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ReplyHead } from "../http/reply-head.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import { noop } from "../util/noop.js";
import { writeWarning } from "../util/warnings.js";
import { answer } from "./answer.js";
import { copyFields } from "./copy-fields.js";

/** Lists the parts of an answer on a socket besides the failure. */
export interface SocketAnswer extends Partial<Facts> {
  /** Fields to send along, such as those of an upstream's reply. */
  readonly fields?: ReplyHead["headers"];
}

/**
 * Answers on a connection without a response, and closes it: after an upgrade that failed, or a request that could not be parsed. Does
 * nothing where nothing can be written any more, so a second failure is not reported. Never throws.
 * @param request undefined if there is none
 * @example server.on("clientError", (error, socket) => answerSocket(respond, error, undefined, socket, { origin: "inbound" }));
 */
export function answerSocket(
  respond: Responder,
  thrown: unknown,
  request: IncomingMessage | undefined,
  socket: Duplex,
  { fields = {}, ...facts }: SocketAnswer = {},
): void {
  if (!socket.writable) return;
  socket.on("error", noop); // nobody else may listen, and a client that leaves must not end the process
  try {
    const message = request ?? new IncomingMessage(socket as Socket);
    const response = new ServerResponse(message);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket); // throws if another response is under way on it
    copyFields(response, fields);
    answer(respond, thrown, message, response, { request, response: undefined, ...facts }); // the response is only ours
    closeSocket(socket);
  } catch (failure) {
    writeWarning("FG_ERRORS_INTERNAL", "a connection could not be answered", failure);
    socket.destroy();
  }
}

/** Closes a connection when all is written, without waiting for what the client still sends. */
export function closeSocket(socket: Duplex): void {
  if ("destroySoon" in socket) (socket as Socket).destroySoon();
  else socket.end();
}

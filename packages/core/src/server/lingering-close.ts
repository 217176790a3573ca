import type { Duplex } from "node:stream";

/** Milliseconds for which a client may go on sending once it has its answer. */
const patience = 2000;

const closing = new WeakSet<object>();

/** Whether a connection carries its last answer: nothing that still comes by it is looked at (RFC 9112 section 9.6). */
export function isClosing(socket: object): boolean {
  return closing.has(socket);
}

/**
 * Has a connection closed gently when Node, or answerSocket(), ends it: to close with octets unread resets it, and the reset may
 * cost the client the answer (RFC 9112 section 9.6). So it is half closed, and read until the client closes it too.
 */
export function closeGently(socket: Duplex): void {
  closing.add(socket);
  socket.on("error", () => {}); // Node may listen no more, and a client that leaves must not end the process
  Object.assign(socket, { destroySoon });
}

function destroySoon(this: Duplex): void {
  this.end();
  this.resume();
  const timer = setTimeout(() => this.destroy(), patience).unref();
  this.once("close", () => clearTimeout(timer)); // or it would keep what is closed in memory
}

import type { Duplex } from "node:stream";
import type { HttpSocket } from "./pipelining.js";

/** Milliseconds for which a client may go on sending once it has its answer. */
const patience = 2000;

/** Milliseconds between two reads while an earlier response keeps the last one waiting: enough to notice that the client has left. */
const pause = 20;

const closing = new WeakSet<object>();

/** Whether a connection carries its last answer: nothing that still comes by it is looked at (RFC 9112 section 9.6). */
export function isClosing(socket: object): boolean {
  return closing.has(socket);
}

/**
 * Has a connection closed gently when Node, or answerSocket(), ends it: to close with octets unread resets it, and the reset may
 * cost the client the answer (RFC 9112 section 9.6). So it is half closed, and read until the client closes it too. What is read from
 * now on is discarded before it is parsed. A client that ends its side while it waits for an earlier response has left.
 */
export function closeGently(socket: Duplex): void {
  if (closing.has(socket)) return;
  closing.add(socket);
  socket.on("error", () => {}); // Node may listen no more, and a client that leaves must not end the process
  socket.on("end", () => void socket.end()); // after an upgrade or a CONNECT, Node listens no more
  Object.assign(socket, { destroySoon });
  stopParsing(socket as HttpSocket);
  socket.resume();
  socket.push(""); // Node may have stopped to read below the stream, which still waits for what it has asked for
}

/**
 * Takes the parser off a connection, as Node itself does for an upgrade, except that the parser stays where Node looks for it. With a
 * listener of "data" Node no longer reads below the socket; without its own listener the parser gets nothing more.
 */
function stopParsing(socket: HttpSocket): void {
  const { parser } = socket;
  socket.on("data", discard);
  for (const listener of socket.listeners("data")) if (listener !== discard) socket.off("data", listener as () => void);
  if (parser) parser.onIncoming = refuseHead;
}

/** Is called for the next head in the packet that the parser is at: an error of the parser ends the packet. */
function refuseHead(this: { incoming?: unknown }): number {
  this.incoming = null;
  return -1;
}

function discard(this: Duplex): void {
  if (this.writableEnded) return;
  this.pause();
  setTimeout(() => this.resume(), pause).unref();
}

function destroySoon(this: Duplex): void {
  this.end();
  this.resume();
  const timer = setTimeout(() => this.destroy(), patience).unref();
  this.once("close", () => clearTimeout(timer)); // or it would keep what is closed in memory
}

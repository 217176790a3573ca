import type { Duplex } from "node:stream";
import { noop } from "../util/noop.js";
import type { HttpSocket } from "../node/http-socket.js";

/** Limits the milliseconds for which a client may go on sending after its last answer. */
const lingeringTime = 2000;

/**
 * Sets the milliseconds between two reads while the last answer waits behind an earlier response. This is often enough to notice that the
 * client has left.
 */
const readPause = 20;

/** Records the connections that carry their last answer: of a connection, not of one response, since it may come before there is any. */
const lingering = new WeakSet<object>();

/** Whether a connection carries its last answer. What the client sends on it from then on is ignored (RFC 9112 section 9.6). */
export function isLingering(socket: object): boolean {
  return lingering.has(socket);
}

/**
 * Makes a connection close by a lingering close when Node, or answerSocket(), ends it. To close a socket with unread octets resets the
 * connection, and the reset may cost the client the answer (RFC 9112 section 9.6). A lingering close ends our side only, and reads until
 * the client ends its side too. From now on everything that is read is discarded before it is parsed. A client that ends its side while
 * its answer waits behind an earlier response counts as gone.
 */
export function startLingeringClose(socket: Duplex): void {
  if (lingering.has(socket)) return;
  lingering.add(socket);
  socket.on("error", noop); // Node's own listener may be gone, and a client that leaves must not end the process
  socket.on("end", () => void socket.end()); // after an upgrade or a CONNECT Node's own listener is gone
  Object.assign(socket, { destroySoon });
  stopParsing(socket as HttpSocket);
  socket.resume();
  socket.push(""); // Node may have paused the handle below the stream, while the stream still expects the data it has asked for
}

/**
 * Detaches the parser from a connection, as Node itself does for an upgrade. The parser stays where Node looks for it. A listener of
 * "data" makes Node read through the stream again, and without Node's own listener the parser gets nothing more.
 */
function stopParsing(socket: HttpSocket): void {
  const { parser } = socket;
  socket.on("data", discardSlowly);
  for (const listener of socket.listeners("data")) if (listener !== discardSlowly) socket.off("data", listener as () => void);
  if (parser) parser.onIncoming = rejectHead;
}

/** Rejects the next head in the chunk that is being parsed: after a parser error the rest of the chunk is not parsed. */
function rejectHead(this: { incoming?: unknown }): number {
  this.incoming = null;
  return -1;
}

function discardSlowly(this: Duplex): void {
  if (this.writableEnded) return;
  this.pause();
  setTimeout(() => this.resume(), readPause).unref();
}

function destroySoon(this: Duplex): void {
  this.end();
  this.resume();
  const closeTimer = setTimeout(() => this.destroy(), lingeringTime).unref();
  this.once("close", () => clearTimeout(closeTimer)); // a pending timer would keep the closed socket in memory
}

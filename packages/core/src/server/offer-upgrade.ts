import type { Duplex } from "node:stream";
import type { HttpSocket } from "../node/http-socket.js";

/**
 * Offers an upgrade to its listeners, and calls `refuse` if one of them destroys the stream before anything is written: no listener accepts
 * this protocol or this path. The destruction may come until the next turn of the event loop, since the listener of http-proxy-middleware
 * is asynchronous.
 * @param stream as the listeners get it: the connection, or since Node 26 a stream over it while the request's content still arrives
 * @param refuse answers; the connection is not destroyed yet
 */
export function offerUpgrade(connection: HttpSocket, stream: Duplex, offer: () => void, refuse: () => void): void {
  const { destroy, write } = stream;
  const unwritten = connection._httpMessage ? Infinity : connection.bytesWritten; // an earlier response may write in the meantime
  let [isOffered, isDestroyed, isWritten] = [true, false, false];
  const recordDestroy: Duplex["destroy"] = (error) => {
    if (!isOffered) return destroy.call(stream, error); // a listener has kept our function for later, as ws does
    isDestroyed = true;
    return stream;
  };
  stream.destroy = recordDestroy;
  setImmediate(() => {
    isOffered = false;
    if (!isDestroyed) return;
    if (connection.writable && !isWritten && connection.bytesWritten <= unwritten) refuse();
    else stream.destroy();
  });
  const recordWrite = (...args: unknown[]) => {
    isWritten = true;
    return (write as (...args: unknown[]) => boolean).apply(stream, args);
  };
  stream.write = recordWrite;
  offer();
  stream.write = write;
}

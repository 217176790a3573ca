import type { Duplex } from "node:stream";
import type { HttpSocket } from "./pipelining.js";

/**
 * Offers an upgrade to its listeners, and calls `refuse` if one of them destroys its stream with nothing written: nobody takes
 * this protocol, or this path. That may be until the next turn of the event loop: http-proxy-middleware's listener is asynchronous.
 * @param stream what the listeners get: the connection, or since Node 26 a stream over it while the request's content still arrives
 * @param refuse the connection is not destroyed yet
 */
export function offerUpgrade(connection: HttpSocket, stream: Duplex, offer: () => void, refuse: () => void): void {
  const { destroy, write } = stream;
  const most = connection._httpMessage ? Infinity : connection.bytesWritten; // what is written meanwhile may be of the response before
  let [isOffered, isDestroyed, isWritten] = [true, false, false];
  stream.destroy = (error) => {
    if (!isOffered) return destroy.call(stream, error); // a listener has kept it for later: ws does
    isDestroyed = true;
    return stream;
  };
  setImmediate(() => {
    isOffered = false;
    if (!isDestroyed) return;
    if (connection.writable && !isWritten && connection.bytesWritten <= most) refuse();
    else stream.destroy();
  });
  stream.write = (...args: unknown[]) => {
    isWritten = true;
    return (write as (...args: unknown[]) => boolean).apply(stream, args);
  };
  offer();
  stream.write = write;
}

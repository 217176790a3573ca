import type { HttpSocket } from "./pipelining.js";

/**
 * Offers an upgrade to its listeners, and calls `refuse` if one of them destroys the connection with nothing written: nobody takes
 * this protocol, or this path. That may be until the next turn of the event loop: http-proxy-middleware's listener is asynchronous.
 * @param refuse the connection is not destroyed yet
 */
export function offerUpgrade(socket: HttpSocket, offer: () => void, refuse: () => void): void {
  const { destroy, write } = socket;
  const most = socket._httpMessage ? Infinity : socket.bytesWritten; // what is written meanwhile may be of the response before
  let [isOffered, isDestroyed, isWritten] = [true, false, false];
  socket.destroy = (error) => {
    if (!isOffered) return destroy.call(socket, error); // a listener has kept it for later: ws does
    isDestroyed = true;
    return socket;
  };
  setImmediate(() => {
    isOffered = false;
    if (!isDestroyed) return;
    if (socket.writable && !isWritten && socket.bytesWritten <= most) refuse();
    else socket.destroy();
  });
  socket.write = (...args: unknown[]) => {
    isWritten = true;
    return (write as (...args: unknown[]) => boolean).apply(socket, args);
  };
  offer();
  socket.write = write;
}

import type { ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";

/** Sets the milliseconds between two checks of the sessions. */
const checkInterval = 1000;

/** Gives the octets of a SETTINGS frame without content, which its acknowledgement has as well (RFC 9113 section 6.5). */
const acknowledgementLength = 9;

/** Records the state of a session at its last check. */
interface Activity {
  readonly socket: HandleSocket;
  bytesRead: number;
  /** Octets written when the probe, an empty SETTINGS frame, was sent. Undefined once the client has sent something again. */
  probedAt: number | undefined;
  /** The session was over, and its connection was not. */
  wasOver: boolean;
}

/** Describes a socket with Node's internal members. */
interface HandleSocket extends Socket {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  /** The TCP socket below TLS. The write queue of TLS itself may be stuck once a session is over. */
  readonly _parent?: HandleSocket | null;
}

/**
 * Closes connections of HTTP/2 whose session is over while Node keeps them. nghttp2 ends a session after a framing error of the client.
 * Node does not notice: before Node 24 never, since then not after a GOAWAY of the client. It also stops reading, so the connection, its
 * streams and their responses stay for ever, even when the client has left. Such a session shows by a frame that it does not send: the
 * probe, one empty SETTINGS frame after each second of silence.
 * @param onSilence called once a second for each session whose client has sent nothing for a second except the acknowledgement
 */
export function watchSessions(server: Server, onSilence: (session: ServerHttp2Session) => void): void {
  const activities = new Map<ServerHttp2Session, Activity>();
  let checker: NodeJS.Timeout | undefined;

  function watchSession(session: ServerHttp2Session) {
    const socket = session.socket.on("close", () => activities.delete(session)); // the connection itself, not the Proxy in session.socket
    activities.set(session, { socket, bytesRead: 0, probedAt: undefined, wasOver: false });
    checker ??= setInterval(checkSessions, checkInterval).unref();
  }

  function checkSessions() {
    for (const [session, activity] of activities) checkSession(session, activity);
    if (activities.size > 0) return;
    clearInterval(checker);
    checker = undefined;
  }

  function checkSession(session: ServerHttp2Session, activity: Activity) {
    const { socket } = activity;
    if (session.destroyed || isOver(session, activity)) {
      session.destroy();
      if (activity.wasOver && !isBlocked(socket)) socket.destroy();
      activity.wasOver = true;
      return;
    }
    const isSilent = socket.bytesRead === activity.bytesRead;
    activity.bytesRead = socket.bytesRead;
    if (!isSilent) activity.probedAt = undefined;
    else if (activity.probedAt === undefined) sendProbe(session, activity);
    if (isSilent) onSilence(session);
  }

  server.on("session", watchSession);
}

function sendProbe(session: ServerHttp2Session, activity: Activity): void {
  activity.probedAt = activity.socket.bytesWritten;
  session.settings({}, (error) => {
    if (!error) activity.bytesRead += acknowledgementLength;
  });
}

/** Whether nothing has been written since the probe, though frames are queued and the socket is writable. */
function isOver(session: ServerHttp2Session, { probedAt, socket }: Activity): boolean {
  return socket.bytesWritten === probedAt && session.state.outboundQueueSize! > 0 && !isBlocked(socket);
}

/** Whether written octets wait for the client to read (backpressure). */
function isBlocked(socket: HandleSocket): boolean {
  return (socket._parent ?? socket)._handle?.writeQueueSize !== 0;
}

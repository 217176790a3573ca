import type { ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";

/** Milliseconds between two looks at the sessions. */
const interval = 1000;

/** Octets of a SETTINGS frame without content, as its acknowledgement is (RFC 9113 section 6.5). */
const acknowledgement = 9;

/** What is known of a session. */
interface Activity {
  readonly socket: HandleSocket;
  bytesRead: number;
  /** Octets that had been written when it was sent SETTINGS. Undefined since the client has sent something again. */
  asked: number | undefined;
  /** At the last look the session was over, and its connection was not. */
  isOver: boolean;
}

/** What Node keeps of a connection. */
interface HandleSocket extends Socket {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  /** Below TLS, whose own queue may be stuck once a session is over. */
  readonly _parent?: HandleSocket | null;
}

/**
 * Closes connections of HTTP/2 whose session is over while Node keeps them. nghttp2 ends a session for a client's error of framing. Node
 * does not hear of that: before Node 24 never, since then not after a GOAWAY of the client. It reads no more either, so that the
 * connection, its streams and their responses stay for ever, even when the client has left. Such a session is known by a frame that
 * it does not send: one SETTINGS frame without content, after each second of silence.
 * @param onSilence called once a second for each session whose client has sent nothing for a second, but what it was asked for
 */
export function watchSessions(server: Server, onSilence: (session: ServerHttp2Session) => void): void {
  const activities = new Map<ServerHttp2Session, Activity>();
  let timer: NodeJS.Timeout | undefined;

  function follow(session: ServerHttp2Session) {
    const socket = session.socket.on("close", () => activities.delete(session)); // the connection itself, not session.socket's Proxy
    activities.set(session, { socket, bytesRead: 0, asked: undefined, isOver: false });
    timer ??= setInterval(look, interval).unref();
  }

  function look() {
    for (const [session, activity] of activities) lookAt(session, activity);
    if (activities.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function lookAt(session: ServerHttp2Session, activity: Activity) {
    const { socket } = activity;
    if (session.destroyed || isOver(session, activity)) {
      session.destroy();
      if (activity.isOver && !isBlocked(socket)) socket.destroy();
      activity.isOver = true;
      return;
    }
    const isSilent = socket.bytesRead === activity.bytesRead;
    activity.bytesRead = socket.bytesRead;
    if (!isSilent) activity.asked = undefined;
    else if (activity.asked === undefined) ask(session, activity);
    if (isSilent) onSilence(session);
  }

  server.on("session", follow);
}

function ask(session: ServerHttp2Session, activity: Activity): void {
  activity.asked = activity.socket.bytesWritten;
  session.settings({}, (error) => {
    if (!error) activity.bytesRead += acknowledgement;
  });
}

/** Whether nothing has been written since, though something could be. */
function isOver(session: ServerHttp2Session, { asked, socket }: Activity): boolean {
  return socket.bytesWritten === asked && session.state.outboundQueueSize! > 0 && !isBlocked(socket);
}

/** Whether what was written waits for the client to read. */
function isBlocked(socket: HandleSocket): boolean {
  return (socket._parent ?? socket)._handle?.writeQueueSize !== 0;
}

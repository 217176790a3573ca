import type { ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";

/** Milliseconds between two looks at the sessions. */
const interval = 1000;

/** Octets of a SETTINGS frame without content, as its acknowledgement is (RFC 9113 section 6.5). */
const acknowledgement = 9;

/** What is known of a session. */
interface Activity {
  bytesRead: number;
  /** Since the client sent something, it has been asked whether it is there. */
  isAsked: boolean;
}

/**
 * Destroys sessions of HTTP/2 that are over while Node keeps them. nghttp2 ends a session for a client's error of framing. Node does not
 * hear of that: before Node 24 never, since then not after a GOAWAY of the client. It reads no more either, so that the connection,
 * its streams and their responses stay for ever, even when the client has left. Such a session is known by a frame that it does not
 * send: one SETTINGS frame without content, after each second of silence.
 * @param onSilence called once a second for each session whose client has sent nothing for a second, but what it was asked for
 */
export function watchSessions(server: Server, onSilence: (session: ServerHttp2Session) => void): void {
  const activities = new Map<ServerHttp2Session, Activity>();
  let timer: NodeJS.Timeout | undefined;

  function follow(session: ServerHttp2Session) {
    activities.set(session, { bytesRead: 0, isAsked: false });
    session.on("close", () => activities.delete(session));
    timer ??= setInterval(look, interval).unref();
  }

  function look() {
    for (const [session, activity] of activities) lookAt(session, activity);
    if (activities.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function lookAt(session: ServerHttp2Session, activity: Activity) {
    if (session.destroyed) return;
    const { bytesRead, _handle: handle } = session.socket as Socket & { readonly _handle?: { readonly writeQueueSize?: number } };
    const isSilent = bytesRead === activity.bytesRead;
    activity.bytesRead = bytesRead;
    if (!isSilent) activity.isAsked = false;
    else if (!activity.isAsked) ask(session, activity);
    else if (session.state.outboundQueueSize! > 0 && handle?.writeQueueSize === 0) return session.destroy(); // it does not wait for the client to read
    if (isSilent) onSilence(session);
  }

  server.on("session", follow);
}

function ask(session: ServerHttp2Session, activity: Activity): void {
  activity.isAsked = true;
  session.settings({}, (error) => {
    if (!error) activity.bytesRead += acknowledgement;
  });
}
